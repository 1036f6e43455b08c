-- wemb_hnsw.sql: the graph index under a name of our own.      C: src/index/hnsw/hnsw.c
-- After types_end.sql: it serves pgvector's types as well.

CREATE FUNCTION wemb_hnsw_handler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'wemb_hnsw_handler'
	LANGUAGE C;
COMMENT ON FUNCTION wemb_hnsw_handler(internal) IS 'handler of index access method wemb_hnsw';

CREATE ACCESS METHOD wemb_hnsw TYPE INDEX HANDLER wemb_hnsw_handler;
COMMENT ON ACCESS METHOD wemb_hnsw IS 'graph of near neighbours: ORDER BY distance LIMIT n';
