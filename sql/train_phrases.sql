-- phrases: words that stand together more often than chance become one word.
SET client_min_messages = warning;
CREATE SCHEMA train_phrases;
SET search_path = train_phrases, public;

-- 400 texts of 20 words out of 256 that have nothing to do with each other, and something between them
CREATE FUNCTION filler(i int) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg('f' || substr(md5(i || ' ' || j), 1, 2), ' ') FROM generate_series(1, 10) j $$;
CREATE TABLE docs AS
	SELECT i, concat_ws(' ', filler(i), CASE WHEN i <= 20 THEN 'New York' WHEN i <= 30 THEN 'new - york City' END, filler(-i)) AS body
	FROM generate_series(1, 400) i;
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2);
CREATE VIEW found AS SELECT word, freq FROM wemb_model WHERE word !~ '^f[0-9a-f]{2}$' ORDER BY freq DESC, word;
TABLE found;
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2, phrases => 0);
TABLE found;
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2, phrases => 1);
TABLE found;
SELECT model, tokens, texts, options -> 'phrases' AS phrases FROM wemb_models WHERE model = 'train_phrases.wemb_model';
SELECT sum(freq) FROM wemb_model;

-- wemb() joins what training has joined; halves of which nothing is left are no words
SELECT wemb('New York') = vec AS phrase, wemb('york new') <> vec AS from_subwords FROM wemb_model WHERE word = 'new_york';
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2, max_n => 0, phrases => 1);
SELECT wemb('new york') IS NULL AS phrase, wemb('york') IS NULL AS half;

-- a second pass joins what the first has made; further ones find nothing
INSERT INTO docs SELECT i, concat_ws(' ', filler(i), CASE WHEN i % 6 = 0 THEN 'times of los angeles' ELSE 'los angeles times' END)
	FROM generate_series(1001, 1024) i;
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2, phrases => 1);
TABLE found;
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2, phrases => 2);
TABLE found;
SELECT wemb('los angeles times') = vec AS phrase FROM wemb_model WHERE word = 'los_angeles_times';
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_count => 1, epochs => 2, phrases => 4);
TABLE found;
SELECT options -> 'phrases' AS phrases FROM wemb_models WHERE model = 'train_phrases.wemb_model';

-- wemb_update() joins what are phrases of the model, however rare they are in the new texts, and finds others
CREATE TABLE more AS SELECT concat_ws(' ', filler(i), CASE WHEN i <= 2 THEN 'new york' WHEN i = 3 THEN 'Los Angeles Times'
	WHEN i = 4 THEN 'york new' WHEN i <= 24 THEN 'san francisco' END) AS body FROM generate_series(1, 400) i;
SELECT count(*) FROM wemb_train('docs', 'body', 8, 'updated', min_count => 1, epochs => 2, phrases => 2);
CREATE TABLE freq_before AS SELECT word, freq FROM updated;
SELECT u.word, u.freq - coalesce(b.freq, 0) AS new FROM wemb_update('updated', 'more', 'body') u LEFT JOIN freq_before b USING (word)
	WHERE word ~ 'new|york|los|angeles|times|san|francisco' ORDER BY word COLLATE "C";
SELECT model, options -> 'phrases' AS phrases FROM wemb_models WHERE model = 'train_phrases.updated';

-- a pair that occurs five times is none, however rare its words are; nor is one that could not be a word
CREATE TABLE limits AS SELECT concat_ws(' ', body, CASE WHEN i <= 5 THEN 'one two' WHEN i <= 11 THEN 'three four'
	WHEN i <= 22 THEN repeat('a', 127) || ' ' || repeat('b', 127) WHEN i <= 33 THEN repeat('a', 127) || ' ' || repeat('c', 128) END) AS body
	FROM docs WHERE i BETWEEN 1 AND 400;
SELECT count(*) FROM wemb_train('limits', 'body', 8, min_count => 1, epochs => 2, phrases => 1);
SELECT left(word, 10) AS word, length(word), freq FROM found ORDER BY 2, 1;
-- a higher min_count asks for more than five
SELECT count(*) FROM wemb_train('limits', 'body', 8, min_count => 6, epochs => 2, phrases => 1);
SELECT left(word, 10) AS word, length(word), freq FROM found ORDER BY 2, 1;

-- a phrase never goes from one text to the next, not even where texts are as long as what is read at a time
CREATE TABLE ends AS SELECT i, CASE i % 2 WHEN 0 THEN repeat('x ', 8191) || 'left' ELSE 'right ' || repeat('x ', 8191) END AS body
	FROM generate_series(0, 19) i;
INSERT INTO ends SELECT i, 'left right' FROM generate_series(20, 39) i;
SELECT word, freq FROM wemb_train_query('SELECT body FROM ends ORDER BY i', 8, min_count => 1, epochs => 1, phrases => 1);

-- with little memory for pairs
SET maintenance_work_mem = '1MB';
SELECT count(*) AS words
	FROM wemb_train_query('SELECT ''p'' || i % 300 || '' q'' || i % 300 || '' r'' || i % 9973 FROM generate_series(1, 60000) i',
		8, min_count => 1, epochs => 1, max_n => 0, phrases => 2);
SELECT count(*) AS phrases FROM wemb_model WHERE word ~ '^p\d+_q\d+$';
SELECT sum(freq) = tokens AS tokens_agree FROM wemb_model, wemb_models WHERE model = 'train_phrases.wemb_model' GROUP BY tokens;
RESET maintenance_work_mem;

-- the same text gives the same model
CREATE TABLE first AS SELECT * FROM wemb_train('docs', 'body', 8, epochs => 2, phrases => 2, workers => 1);
SELECT count(*) = (SELECT count(*) FROM first) AS same
	FROM wemb_train('docs', 'body', 8, epochs => 2, phrases => 2, workers => 1) t JOIN first f USING (word) WHERE t.vec = f.vec;

SELECT count(*) FROM wemb_train('docs', 'body', 8, phrases => 5);
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM wemb_train('docs', 'body', 8, phrases => -1);

DROP SCHEMA train_phrases CASCADE;
RESET search_path;
