-- embed.sql: from a text to a vector.                      C: src/app/embed/embed.c
-- After model.sql.
--
-- STABLE, not IMMUTABLE: the result depends on a table.  PARALLEL SAFE: only
-- reads.  COST: some ten microseconds once the words are in memory.

CREATE FUNCTION wemb(input text) RETURNS vector
	AS 'MODULE_PATHNAME', 'wemb_embed_text'
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION wemb(text)
	IS 'embedding of a text by the model that wemb.model names; NULL if it knows none of the words';

-- Not STRICT: a model of NULL is the one that wemb.model names.
CREATE FUNCTION wemb(input text, model text) RETURNS vector
	AS 'MODULE_PATHNAME', 'wemb_embed_text'
	LANGUAGE C STABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION wemb(text, text)
	IS 'embedding of a text by a model; NULL if it knows none of the words';
