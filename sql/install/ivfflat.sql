-- ivfflat.sql: the list index under pgvector's name.      C: src/index/ivf/ivf.c
-- After the types.  Where pgvector is, the name is pgvector's: see wemb_ivf.sql.

CREATE FUNCTION ivfflathandler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'wemb_ivf_handler_alone'
	LANGUAGE C;
COMMENT ON FUNCTION ivfflathandler(internal) IS 'handler of index access method ivfflat';

CREATE ACCESS METHOD ivfflat TYPE INDEX HANDLER ivfflathandler;
COMMENT ON ACCESS METHOD ivfflat IS 'lists of near rows: ORDER BY distance LIMIT n';
