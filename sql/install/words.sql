-- words.sql: comparing words.      C: src/app/words/similarity.c, most_similar.c
-- After embed.sql.
--
-- Not STRICT: a model of NULL is the one that wemb.model names.  STABLE: they
-- read tables.

CREATE FUNCTION wemb_similarity(a text, b text, model text DEFAULT NULL) RETURNS real
	AS 'MODULE_PATHNAME', 'wemb_words_similarity'
	LANGUAGE C STABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION wemb_similarity(text, text, text)
	IS 'cosine of the embeddings of two words or texts, -1 to 1; NULL if the model knows none of the words of one';

CREATE FUNCTION wemb_most_similar(query text, k integer DEFAULT 10, model text DEFAULT NULL)
	RETURNS TABLE (word text, similarity real)
	AS 'MODULE_PATHNAME', 'wemb_words_most_similar'
	LANGUAGE C STABLE PARALLEL SAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION wemb_most_similar(text, integer, text)
	IS 'the k words of a model nearest to a word or phrase, by cosine, without its own words; no rows if the model knows none of them';
