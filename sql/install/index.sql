-- index.sql: is an index sound, and what is in it.      C: src/index/index_functions.c
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
