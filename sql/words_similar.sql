-- wemb_similarity() and wemb_most_similar().

CREATE SCHEMA words_similar;
SET search_path = words_similar, public;
SET wemb.model = 'news';

CREATE TABLE news (word text PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
INSERT INTO news VALUES ('king', 3, '[1,0,0]'), ('queen', 1, '[0.6,0.8,0]'), ('prince', 1, '[0.8,0.6,0]'),
	('apple', 1, '[0,0,1]'), ('anti', 1, '[-1,0,0]'), ('zero', 1, '[0,0,0]');
CREATE TABLE news_parts (part text, id integer, vec vector, data jsonb, PRIMARY KEY (part, id));
INSERT INTO news_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "0000000000000001", "dimensions": 3,
	"tokenizer": "unicode", "unit_length": true, "words": 6, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}');

SELECT wemb_similarity('king', 'king') AS same, wemb_similarity('king', 'queen') AS near,
	wemb_similarity('king', 'apple') AS far, wemb_similarity('king', 'anti') AS opposite, wemb_similarity('KING', 'Queen') AS folded;
SELECT round(wemb_similarity('the king and the prince', 'queen')::numeric, 3) AS phrase;
SELECT wemb_similarity('king', 'xyzzy') IS NULL AS unknown, wemb_similarity(NULL, 'king') IS NULL AS null_a,
	wemb_similarity('king', NULL) IS NULL AS null_b, wemb_similarity('', 'king') IS NULL AS empty, wemb_similarity('zero', 'king') IS NULL AS zero;
SELECT wemb_similarity('king', 'queen', 'news') = wemb_similarity('king', 'queen', NULL) AS named;
SELECT wemb_similarity('king', 'queen', 'no_such_model');
\echo :LAST_ERROR_SQLSTATE

SELECT word, round(similarity::numeric, 3) AS similarity FROM wemb_most_similar('king');
SELECT word, round(similarity::numeric, 3) AS similarity FROM wemb_most_similar('King', 2);
-- the words asked about are not among the answers
SELECT word, round(similarity::numeric, 3) AS similarity FROM wemb_most_similar('king and queen', 2, 'news');
SELECT word, round(similarity::numeric, 3) AS similarity FROM wemb_most_similar('king', k => 1, model => 'words_similar.news');
SELECT count(*) FROM wemb_most_similar('king', 2147483647);
-- nothing known: no rows, so that one word does not end a query over many
SELECT * FROM wemb_most_similar('xyzzy');
SELECT * FROM wemb_most_similar('zero');
SELECT * FROM wemb_most_similar(repeat('xyzzy ä ', 100));
SELECT * FROM wemb_most_similar('');
SELECT * FROM wemb_most_similar(NULL);
SET client_min_messages = warning;
SELECT w, m.word FROM (VALUES ('king'), ('xyzzy'), ('apple')) v (w), wemb_most_similar(w, 1) m;
SELECT w, m.word FROM (VALUES ('king'), ('xyzzy'), ('apple')) v (w) LEFT JOIN wemb_most_similar(w, 1) m ON true;
RESET client_min_messages;
SELECT * FROM wemb_most_similar('king', 0);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM wemb_most_similar('king', -1);
SELECT * FROM wemb_most_similar('king', NULL);
SELECT * FROM wemb_most_similar('king', 1, 'no_such_model');
BEGIN READ ONLY;
SELECT word FROM wemb_most_similar('king', 1);
COMMIT;

-- unknown words through n-grams
UPDATE news_parts SET data = data || '{"min_n": 3, "max_n": 3, "buckets": 1, "version": "0000000000000002"}';
INSERT INTO news_parts VALUES ('subword', 0, '[0,2,0]');
SELECT word, round(similarity::numeric, 3) AS similarity FROM wemb_most_similar('xyzzy', 3);
SELECT round(wemb_similarity('xyzzy', 'queen')::numeric, 3) AS similarity;

-- operators of the user's own are not used
CREATE FUNCTION trap(vector, vector) RETURNS float8 LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trapped'; END$$;
CREATE OPERATOR <=> (LEFTARG = vector, RIGHTARG = vector, FUNCTION = trap);
CREATE FUNCTION trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trapped'; END$$;
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = trap);
SET search_path = words_similar, public, pg_catalog;
SELECT word FROM wemb_most_similar('king', 1);
SELECT wemb_similarity('king', 'new prince') IS NOT NULL AS done;
SELECT count(*) FROM wemb_models;
RESET search_path;

SET client_min_messages = warning;
DROP SCHEMA words_similar CASCADE;
RESET client_min_messages;
RESET wemb.model;
