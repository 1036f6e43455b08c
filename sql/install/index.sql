-- index.sql: is an index sound, what is in it, what does it find.      C: src/index/index_functions.c, index_recall.c
-- After classes_end.sql.

-- VOLATILE: they read pages as they are now.
CREATE FUNCTION wemb_index_check(index regclass)
	RETURNS TABLE (rule text, problem text)
	AS 'MODULE_PATHNAME', 'wemb_index_check'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 10;
COMMENT ON FUNCTION wemb_index_check(regclass) IS 'what is wrong with an index; no rows: nothing';

CREATE FUNCTION wemb_index_stats(
	index regclass,
	OUT rows bigint,
	OUT records bigint,
	OUT gone bigint,
	OUT retired bigint,
	OUT free bigint,
	OUT levels integer,
	OUT links double precision,
	OUT lists integer,
	OUT longest_list bigint,
	OUT pages bigint,
	OUT bytes bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'wemb_index_stats'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 1;
COMMENT ON FUNCTION wemb_index_stats(regclass) IS 'what is in an index: rows, size; records, levels, links a record of a graph; lists';

CREATE FUNCTION wemb_index_recall(
	index regclass,
	k integer DEFAULT 10,
	samples integer DEFAULT 100,
	OUT recall double precision,
	OUT lowest double precision,
	OUT queries bigint,
	OUT neighbours integer,
	OUT exact_ms double precision,
	OUT index_ms double precision)
	RETURNS record
	AS 'MODULE_PATHNAME', 'wemb_index_recall'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION wemb_index_recall(regclass, integer, integer) IS
	'share of the k nearest rows that searches of an index find, for rows of its table as queries';
