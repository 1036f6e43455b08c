-- wemb_ivf.sql: the list index under a name of our own.      C: src/index/ivf/ivf.c
-- After types_end.sql: it serves pgvector's types as well.

CREATE FUNCTION wemb_ivf_handler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'wemb_ivf_handler'
	LANGUAGE C;
COMMENT ON FUNCTION wemb_ivf_handler(internal) IS 'handler of index access method wemb_ivf';

CREATE ACCESS METHOD wemb_ivf TYPE INDEX HANDLER wemb_ivf_handler;
COMMENT ON ACCESS METHOD wemb_ivf IS 'lists of near rows: ORDER BY distance LIMIT n';
