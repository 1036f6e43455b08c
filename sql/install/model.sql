-- model.sql: the models of a database.                 C: src/app/model/model_list.c
-- After vector.sql.  What a model is: "Model tables" in src/README.md.

-- STABLE: reads tables.  PARALLEL RESTRICTED: a worker cannot read temporary
-- tables.
CREATE FUNCTION wemb_model_describe(
	model regclass,
	OUT words bigint,
	OUT dimensions integer,
	OUT tokenizer text,
	OUT tokens bigint,
	OUT texts bigint,
	OUT trained_at timestamptz,
	OUT options jsonb)
	RETURNS record
	AS 'MODULE_PATHNAME', 'wemb_model_describe'
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 1000;
COMMENT ON FUNCTION wemb_model_describe(regclass)
	IS 'what an embedding model says about itself; NULL if the table is none or cannot be read';

-- A table and its companion of the right name are a candidate; the function
-- says whether they are a model.  The cast is there so that no other function of
-- its name can fit better.
CREATE VIEW wemb_models AS
	SELECT pg_catalog.format('%I.%I', n.nspname, w.relname) AS model,
		pg_catalog.pg_get_userbyid(w.relowner) AS owner,
		d.words,
		d.dimensions,
		d.tokenizer,
		d.tokens,
		d.texts,
		d.trained_at,
		pg_catalog.pg_total_relation_size(w.oid) OPERATOR(pg_catalog.+)
			pg_catalog.pg_total_relation_size(p.oid) AS size,
		d.options OPERATOR(pg_catalog.-)
			ARRAY['words', 'dimensions', 'tokenizer', 'tokens', 'texts', 'trained_at']::pg_catalog.text[] AS options
	FROM pg_catalog.pg_class w
		JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) w.relnamespace
		JOIN pg_catalog.pg_class p ON p.relnamespace OPERATOR(pg_catalog.=) w.relnamespace
			AND p.relname OPERATOR(pg_catalog.=) pg_catalog.concat(w.relname, '_parts')::pg_catalog.name
		CROSS JOIN LATERAL @extschema@.wemb_model_describe(w.oid::pg_catalog.regclass) d
	WHERE w.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog."char"[])
		AND d.words IS NOT NULL;
COMMENT ON VIEW wemb_models IS 'embedding models that the user may read';
GRANT SELECT ON wemb_models TO PUBLIC;

CREATE FUNCTION wemb_drop_model(model text) RETURNS void
	AS 'MODULE_PATHNAME', 'wemb_model_drop'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION wemb_drop_model(text) IS 'drops both tables of an embedding model';
