-- When wemb() computes, and what a session may remember.

CREATE SCHEMA embed_once;
SET search_path = embed_once, public;
SET wemb.model = 'news';

CREATE TABLE news (word text PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
INSERT INTO news VALUES ('king', 3, '[1,0,0]'), ('queen', 1, '[0.6,0.8,0]'), ('apple', 1, '[0,0,1]');
CREATE TABLE news_parts (part text, id integer, vec vector, data jsonb, PRIMARY KEY (part, id));
INSERT INTO news_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "0000000000000001", "dimensions": 3,
	"tokenizer": "unicode", "unit_length": true, "words": 3, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}');
CREATE TABLE docs AS SELECT word AS title, vec FROM news, generate_series(1, 100);

-- once a query, not once a row
SET client_min_messages = debug2;
SELECT DISTINCT title, vec <-> wemb('king') AS distance FROM docs ORDER BY distance;
-- once for each call in it
SELECT count(*) FROM docs WHERE vec <-> wemb('king') < vec <-> wemb('apple');
SELECT count(wemb_similarity(title, 'king')) FROM docs WHERE title = 'queen';
-- and again for another text
SELECT title, wemb(title) FROM (VALUES ('king'), ('king'), ('apple'), ('king')) v (title);
-- long texts as well
SELECT count(vec <-> wemb(repeat('king ', 20000))) FROM docs;
RESET client_min_messages;

-- PL/pgSQL keeps an expression: it is computed anew when the model has changed
CREATE FUNCTION retrain(new_version text, new_king vector) RETURNS void LANGUAGE sql AS $$
	DELETE FROM news;
	INSERT INTO news VALUES ('king', 3, new_king), ('queen', 1, '[0.6,0.8,0]');
	UPDATE news_parts SET data = data || jsonb_build_object('version', new_version);
$$;
DO $$
DECLARE
	v vector;
BEGIN
	FOR i IN 1..4 LOOP
		IF i = 3 THEN
			PERFORM retrain('0000000000000002', '[0,1,0]');
		END IF;
		v := wemb('king');
		RAISE NOTICE 'round %: %', i, v;
	END LOOP;
END
$$;

-- so it is in procedures that commit
DO $$
BEGIN
	FOR i IN 3..4 LOOP
		PERFORM retrain('000000000000000' || i, ('[' || i - 3 || ',1,0]')::vector);
		COMMIT;
		RAISE NOTICE 'king %', wemb('king');
	END LOOP;
END
$$;

-- and when another model is meant
CREATE TABLE other AS SELECT word, freq, vec FROM news;
UPDATE other SET vec = '[0,0,1]';
CREATE TABLE other_parts AS TABLE news_parts;
DO $$
BEGIN
	FOR i IN 1..3 LOOP
		PERFORM set_config('wemb.model', (ARRAY['news', 'other', 'news'])[i], false);
		RAISE NOTICE '%: king %', current_setting('wemb.model'), wemb('king');
	END LOOP;
END
$$;
CREATE SCHEMA embed_once_2;
ALTER TABLE other SET SCHEMA embed_once_2;
ALTER TABLE other_parts SET SCHEMA embed_once_2;
ALTER TABLE embed_once_2.other RENAME TO news;
ALTER TABLE embed_once_2.other_parts RENAME TO news_parts;
DO $$
BEGIN
	FOR i IN 1..3 LOOP
		PERFORM set_config('search_path', (ARRAY['embed_once', 'embed_once_2', 'embed_once'])[i] || ', public', false);
		RAISE NOTICE '%: king %', current_setting('search_path'), wemb('king');
	END LOOP;
END
$$;
DROP SCHEMA embed_once_2 CASCADE;

-- what was rolled back is not remembered
SELECT wemb('king');
BEGIN;
SELECT retrain('0000000000000005', '[0,0,1]');
SELECT wemb('king');
SAVEPOINT s;
SELECT retrain('0000000000000006', '[0,0,-1]');
SELECT wemb('king');
ROLLBACK TO s;
SELECT wemb('king');
ROLLBACK;
SELECT wemb('king');

-- a cursor sees the model as it was when it was opened
BEGIN;
DECLARE before CURSOR FOR SELECT word, wemb(word) FROM (VALUES ('king'), ('queen'), ('king')) v (word);
FETCH before;
SELECT retrain('0000000000000007', '[0,0,1]');
SELECT wemb('king');
FETCH before;
FETCH before;
SELECT wemb('king');
ROLLBACK;

-- other dimensions
BEGIN;
DELETE FROM news;
ALTER TABLE news ALTER vec TYPE vector(2);
INSERT INTO news VALUES ('king', 1, '[0,1]');
SELECT wemb('king');
UPDATE news_parts SET data = data || '{"dimensions": 2}';
SELECT wemb('king');
ROLLBACK;
BEGIN;
DELETE FROM news;
ALTER TABLE news ALTER vec TYPE vector(2);
INSERT INTO news VALUES ('king', 1, '[0,1]');
UPDATE news_parts SET data = data || '{"dimensions": 2}';
SELECT wemb('king');
ROLLBACK;
SELECT wemb('king');

-- a table emptied after the snapshot: neither old nor new, but said so
BEGIN;
DECLARE before CURSOR FOR SELECT wemb(word) FROM (VALUES ('king'), ('queen')) v (word);
FETCH before;
TRUNCATE news_parts;
INSERT INTO news_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "0000000000000008", "dimensions": 3,
	"tokenizer": "unicode", "unit_length": true, "words": 3, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}');
FETCH before;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- a full memory is emptied between batches
SELECT retrain('0000000000000009', '[1,0,0]');
SET wemb.cache_size = 0;
SET client_min_messages = debug2;
SELECT wemb('king queen');
SELECT wemb('king queen');
RESET client_min_messages;
INSERT INTO news SELECT 'w' || i, 1, '[1,0,0]' FROM generate_series(1, 5000) i;
SELECT wemb(string_agg('w' || i, ' ')) FROM generate_series(1, 5000) i;
RESET wemb.cache_size;
SELECT wemb(string_agg('w' || i, ' ')) FROM generate_series(1, 5000) i;

-- dropped and made anew under the same name
SELECT wemb_drop_model('news');
SELECT wemb('king');
CREATE TABLE news (word text PRIMARY KEY, freq bigint NOT NULL, vec vector(2) NOT NULL);
INSERT INTO news VALUES ('king', 3, '[0,1]');
CREATE TABLE news_parts (part text, id integer, vec vector, data jsonb, PRIMARY KEY (part, id));
INSERT INTO news_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "0000000000000009", "dimensions": 2,
	"tokenizer": "unicode", "unit_length": true, "words": 3, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}');
SELECT wemb('king');

DROP SCHEMA embed_once CASCADE;
RESET search_path;
RESET wemb.model;
