-- wemb(): the vector of a text.
--
-- p(w) = freq / tokens and weight = 0.001 / (0.001 + p): with 1000 tokens a
-- word that occurs 0, 1, 3 times weighs 1, 1/2, 1/4.

CREATE SCHEMA embed_text;
SET search_path = embed_text, public;
SET wemb.model = 'raw';

CREATE TABLE raw (word text PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
INSERT INTO raw VALUES ('the', 3, '[4,0,0]'), ('king', 1, '[0,2,0]'), ('queen', 1, '[0,-2,0]'), ('new', 0, '[0,0,8]'),
	('huge', 1, '[3e38,0,0]'), ('zero', 1, '[0,0,0]'), ('don''t', 1, '[1,1,1]'), ('größe', 1, '[1,0,1]'), ('電腦', 1, '[1,2,3]');
CREATE TABLE raw_parts (part text, id integer, vec vector, data jsonb, PRIMARY KEY (part, id));
INSERT INTO raw_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "0000000000000001", "dimensions": 3,
	"tokenizer": "unicode", "unit_length": false, "words": 9, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}');

SELECT wemb('king') AS one, wemb('King, KING!') AS same, wemb('the king') AS two, wemb('the new king') AS three;
SELECT wemb('the unknown king') AS unknown_left_out, wemb('king queen') AS opposite, wemb('zero king') AS with_zero;
SELECT wemb('') IS NULL AS empty, wemb('  ,;- ') IS NULL AS punctuation, wemb('unknown words only') IS NULL AS unknown,
	wemb('zero') IS NULL AS zero, wemb('zero zero') IS NULL AS zeros, wemb(NULL) IS NULL AS null_text;
SELECT wemb('don''t'), wemb('GRÖSSE größe'), wemb('電腦');
SELECT wemb('huge huge'), wemb('huge');
SELECT wemb('huge huge huge');
\echo :LAST_ERROR_SQLSTATE
SELECT pg_typeof(wemb('king')), vector_dims(wemb('king'));
SELECT provolatile, proparallel, proisstrict, procost FROM pg_proc WHERE oid = 'wemb(text)'::regprocedure;

-- the model: named, or NULL for the setting
SELECT wemb('king', 'raw') = wemb('king') AS named, wemb('king', NULL) = wemb('king') AS unnamed,
	wemb(NULL, 'raw') IS NULL AS null_text, wemb(NULL, NULL) IS NULL AS both;

-- unit length: a word is its row to the bit, a text has length 1
CREATE TABLE unit AS SELECT word, freq, l2_normalize(vec)::vector(3) AS vec FROM raw WHERE word NOT IN ('zero');
CREATE TABLE unit_parts AS SELECT part, id, vec, data || '{"unit_length": true}' AS data FROM raw_parts;
SET wemb.model = 'unit';
SELECT count(*) AS words, count(*) FILTER (WHERE wemb(word) = vec) AS same FROM unit;
SELECT wemb('the king'), round(vector_norm(wemb('the new king'))::numeric, 6) AS norm;
SELECT wemb('king queen') IS NULL AS opposite;

-- a table of a user's own with other lengths under unit_length
INSERT INTO unit VALUES ('long', 1, '[3,4,0]');
SELECT wemb('long');

-- tokenizers
UPDATE unit_parts SET data = data || '{"tokenizer": "whitespace", "version": "0000000000000002"}';
SELECT wemb('king') IS NULL AS known, wemb('King') IS NULL AS unknown, wemb('king,') IS NULL AS unknown_too;
UPDATE unit_parts SET data = data || '{"tokenizer": "pg_catalog.english", "version": "0000000000000003"}';
SELECT wemb('the') IS NULL AS stop_word, wemb('Kings') = wemb('king') AS stemmed;
UPDATE unit_parts SET data = data || '{"tokenizer": "pg_catalog.no_such_config", "version": "0000000000000004"}';
SELECT wemb('the');
\echo :LAST_ERROR_SQLSTATE

-- long texts: any number of batches, the same mean
SET wemb.model = 'raw';
SELECT wemb(repeat('the king ', 100000)) AS long_text;
SELECT wemb(string_agg(w, ' ')) = wemb(string_agg(w, ' ')) AS repeatable, count(*)
	FROM (SELECT CASE i % 7 WHEN 0 THEN 'the' WHEN 1 THEN 'king' ELSE 'x' || i END AS w FROM generate_series(1, 20000) i) s;
SELECT wemb(repeat('x', 1000000) || ' king');

-- only read: no transaction number is assigned
BEGIN READ ONLY;
SELECT wemb('the king');
COMMIT;
BEGIN;
SELECT wemb('the king') IS NOT NULL AS done;
SELECT txid_current_if_assigned() IS NULL AS only_read;
COMMIT;

-- unknown words from n-grams: the model has one row of subwords, so each n-gram is twice that row
CREATE TABLE sub AS TABLE raw;
CREATE TABLE sub_parts AS SELECT part, id, vec, data || '{"min_n": 3, "max_n": 4, "buckets": 1, "version": "0000000000000005"}' AS data FROM raw_parts;
SET wemb.model = 'sub';
SELECT wemb('king') AS known_needs_no_rows;
SELECT wemb('unknown');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO sub_parts VALUES ('subword', 0, '[1,2]');
SELECT wemb('unknown');
\echo :LAST_ERROR_SQLSTATE
UPDATE sub_parts SET vec = '[1,2,2]' WHERE part = 'subword';
SELECT wemb('unknown') AS from_ngrams, wemb('king unknown') AS weighs_as_the_rarest, wemb('a') AS has_one_ngram;
UPDATE sub_parts SET data = data || '{"unit_length": true, "version": "0000000000000006"}' WHERE part = 'options';
SELECT wemb('unknown'), wemb('電');
-- more rows: the mean over n-grams, each the sum of its two rows
UPDATE sub_parts SET data = data || '{"unit_length": false, "buckets": 2, "version": "0000000000000007"}' WHERE part = 'options';
INSERT INTO sub_parts VALUES ('subword', 1, '[1,2,2]');
SELECT wemb('unknown');
UPDATE sub_parts SET vec = '[-1,-2,-2]', data = NULL WHERE part = 'subword' AND id = 0;
UPDATE sub_parts SET data = data || '{"version": "0000000000000008"}' WHERE part = 'options';
SELECT count(DISTINCT wemb(w)) > 1 AS words_differ, bool_and(wemb(w) IS NULL OR wemb(w) = wemb(w || ' ' || w)) AS consistent
	FROM (SELECT 'unknown' || i AS w FROM generate_series(1, 50) i) s;
UPDATE sub_parts SET vec = '[0,0,0]' WHERE part = 'subword';
UPDATE sub_parts SET data = data || '{"version": "0000000000000009"}' WHERE part = 'options';
SELECT wemb('unknown') IS NULL AS zero_rows, wemb('king unknown') = wemb('king') AS left_out;

-- in parallel workers
CREATE TABLE docs AS SELECT i AS id, 'the king ' || i % 3 AS body FROM generate_series(1, 1000) i;
ALTER TABLE docs SET (parallel_workers = 2);
SET wemb.model = 'raw';
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT count(wemb(body)) FROM docs;
SELECT count(wemb(body)), count(DISTINCT wemb(body)) FROM docs;
-- a worker cannot read the leader's temporary tables
CREATE TEMP TABLE tmp AS TABLE raw;
CREATE TEMP TABLE tmp_parts AS TABLE raw_parts;
ALTER TABLE docs SET (parallel_workers = 2);
SET LOCAL parallel_leader_participation = off;
SELECT count(wemb(body, 'tmp')) FROM docs;
ROLLBACK;

DROP SCHEMA embed_text CASCADE;
RESET search_path;
RESET wemb.model;
