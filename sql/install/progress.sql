-- progress.sql: how a training goes, and how it went.
--                     C: src/app/train/progress_view.c, src/app/model/training_log.c

-- VOLATILE: time goes by within a statement.  PARALLEL RESTRICTED, as the
-- server's own views of progress are.
CREATE FUNCTION wemb_progress_list(
	OUT pid integer,
	OUT datid oid,
	OUT usesysid oid,
	OUT model text,
	OUT phase text,
	OUT percent double precision,
	OUT tokens_done bigint,
	OUT tokens_total bigint,
	OUT epoch integer,
	OUT words_per_second double precision,
	OUT loss double precision,
	OUT seconds double precision,
	OUT seconds_left double precision,
	OUT workers integer)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'wemb_progress_list'
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION wemb_progress_list() IS 'the rows of wemb_progress';

CREATE VIEW wemb_progress AS
	SELECT p.pid,
		p.datid,
		d.datname,
		p.usesysid,
		pg_catalog.pg_get_userbyid(p.usesysid) AS usename,
		p.model,
		p.phase,
		p.percent,
		p.tokens_done,
		p.tokens_total,
		p.epoch,
		p.words_per_second,
		p.loss,
		p.seconds,
		p.seconds_left,
		p.workers
	FROM @extschema@.wemb_progress_list() p
		LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) p.datid;
COMMENT ON VIEW wemb_progress IS 'trainings of word embeddings that are running now, in all databases';
GRANT SELECT ON wemb_progress TO PUBLIC;

-- Not STRICT: a model of NULL is the one that wemb.model names.  STABLE: it
-- reads a table.  PARALLEL RESTRICTED: a worker cannot read temporary tables.
CREATE FUNCTION wemb_training_log(model text DEFAULT NULL)
	RETURNS TABLE (
		epoch integer,
		loss double precision,
		alpha double precision,
		words bigint,
		seconds double precision,
		words_per_second double precision,
		event text)
	AS 'MODULE_PATHNAME', 'wemb_model_log'
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 20;
COMMENT ON FUNCTION wemb_training_log(text) IS 'loss, learning rate and speed of each epoch in which a model was trained';
