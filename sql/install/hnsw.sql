-- hnsw.sql: the graph index under pgvector's name.      C: src/index/hnsw/hnsw.c
-- After the types.  Where pgvector is, the name is pgvector's: see wemb_hnsw.sql.

CREATE FUNCTION hnswhandler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'wemb_hnsw_handler_alone'
	LANGUAGE C;
COMMENT ON FUNCTION hnswhandler(internal) IS 'handler of index access method hnsw';

CREATE ACCESS METHOD hnsw TYPE INDEX HANDLER hnswhandler;
COMMENT ON ACCESS METHOD hnsw IS 'graph of near neighbours: ORDER BY distance LIMIT n';
