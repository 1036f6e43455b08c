-- wemb() with a model that has phrases: neighbouring tokens are joined with "_" where that is a word of the model.

CREATE SCHEMA embed_phrases;
SET search_path = embed_phrases, public;
SET wemb.model = 'news';

CREATE TABLE news (word text COLLATE "C" PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
INSERT INTO news VALUES ('new', 0, '[1,0,0]'), ('york', 0, '[0,1,0]'), ('times', 0, '[0,0,1]'), ('new_york', 0, '[2,3,5]'),
	('york_times', 0, '[7,0,0]'), ('new_york_times', 0, '[0,7,0]'), ('the', 0, '[1,1,1]'), ('in_the', 0, '[0,0,9]'),
	('ha_ha', 0, '[4,0,4]'), ('ha', 0, '[1,2,0]'), ('los_angeles', 0, '[0,2,2]');
CREATE TABLE news_parts (part text COLLATE "C", id integer, vec vector, data jsonb, PRIMARY KEY (part, id));
INSERT INTO news_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "1", "dimensions": 3,
	"tokenizer": "unicode", "unit_length": false, "phrases": 1, "words": 11, "tokens": 1000, "texts": 2}');
CREATE FUNCTION set_option(option text, value jsonb) RETURNS void LANGUAGE sql AS $$
	UPDATE news_parts SET data = jsonb_strip_nulls(data || jsonb_build_object(option, value)) WHERE part = 'options' $$;

-- a phrase is its row; what is no phrase stays as it was
SELECT wemb('New York') AS phrase, wemb('new_york') AS written_so, wemb('new, (York)') AS whatever_between, wemb('york new') AS other_order;
SELECT wemb('los angeles') AS halves_unknown, wemb('in') IS NULL AS half, wemb('angeles new york los') AS among_unknown;
-- from left to right; one pass joins no more than two
SELECT wemb('new york times') AS one_pass, wemb('york times') AS second_half, wemb('in the york times') AS two_phrases,
	wemb('ha') AS one, wemb('ha ha') AS two, wemb('ha ha ha') AS three, wemb('ha ha ha ha') AS four;

-- the second pass joins what the first one has made
SELECT set_option('phrases', '2');
SELECT wemb('the new york times') AS the_and_phrase, wemb('new york times times') AS phrase_and_times, wemb('new york york times') AS two_phrases;
INSERT INTO news VALUES ('ha_ha_ha_ha', 0, '[0,0,8]'), ('ha_ha_ha_ha_ha_ha_ha_ha', 0, '[8,8,8]');
SELECT set_option('version', '"2"');
SELECT n, wemb(repeat('ha ', n)) AS vec FROM generate_series(1, 9) n;
SELECT set_option('phrases', '3');
SELECT n, wemb(repeat('ha ', n)) AS vec FROM generate_series(7, 9) n;
SELECT set_option('phrases', '4');
SELECT n, wemb(repeat('ha ', n)) AS vec FROM generate_series(15, 17) n;

-- without phrases nothing is joined
SELECT set_option('phrases', '0');
SELECT wemb('new york'), wemb('new_york');
SELECT set_option('phrases', NULL);
SELECT wemb('new york'), wemb('new_york');
CREATE FUNCTION try_phrases(value jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM set_option('phrases', value);
	RETURN wemb('new york')::text;
EXCEPTION WHEN data_corrupted THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, detail);
END
$$;
SELECT value, try_phrases(value) FROM unnest(ARRAY['-1', '5', '1.5', '"1"', 'true', '[]', '2']::jsonb[]) value;
SELECT model, options -> 'phrases' AS phrases FROM wemb_models;

-- weights: a phrase counts as often as it occurs, not as its words do
SELECT set_option('phrases', '1');
UPDATE news SET freq = 3 WHERE word = 'new_york';
SELECT set_option('version', '"3"');
SELECT wemb('new york the'), wemb('new_york the') = wemb('new york the') AS written_so;

-- what is no phrase comes from the single words, never from n-grams of both
INSERT INTO news_parts VALUES ('subword', 0, '[0,0,-5]');
UPDATE news_parts SET data = data || '{"min_n": 3, "max_n": 4, "buckets": 1, "version": "4"}' WHERE part = 'options';
SELECT wemb('new york') AS phrase, wemb('times york') AS known_words, wemb('times unknown') AS one_unknown, wemb('unknown') AS unknown;
UPDATE news_parts SET data = data - '{min_n,max_n,buckets}'::text[] || '{"version": "5"}' WHERE part = 'options';

-- a new version is seen, a version rolled back is not remembered
SELECT wemb('times new') AS no_phrase;
INSERT INTO news VALUES ('times_new', 0, '[6,6,6]');
SELECT set_option('version', '"6"');
SELECT wemb('times new') AS a_phrase_now;
BEGIN;
DELETE FROM news WHERE word = 'times_new';
SELECT set_option('version', '"7"');
SELECT wemb('times new') AS deleted;
ROLLBACK;
SELECT wemb('times new') AS back;

-- long texts: the same whatever the stretches; a phrase may lie across any of their ends
SELECT count(*) AS texts, count(*) FILTER (WHERE wemb(repeat('x ', n) || 'new york' || repeat(' x', 600)) = '[2,3,5]') AS right
	FROM generate_series(500, 1100) n;
SELECT set_option('phrases', '2');
SELECT count(*) AS texts, count(*) FILTER (WHERE wemb(repeat('x ', n) || 'new york times' || repeat(' x', 600)) = '[0,7,0]') AS right
	FROM generate_series(500, 1100) n;
SELECT set_option('phrases', '4');
SELECT count(*) AS texts, count(*) FILTER (WHERE wemb(repeat('x ', n) || repeat('ha ', 8)) = '[8,8,8]') AS right
	FROM generate_series(500, 520) n;
SELECT wemb(repeat('new york ', 100000)) AS long_text;
SELECT wemb(string_agg('new' || i || ' new york', ' ')) AS many_pairs FROM generate_series(1, 50000) i;

-- so many that it is cheaper to read all phrases at once; then others; then where there is no memory for all
SELECT wemb('los angeles') AS a_phrase, wemb('york in') AS no_phrase;
INSERT INTO news VALUES ('york_in', 0, '[9,9,9]');
SELECT set_option('version', '"7"');
SELECT wemb('york in') AS a_phrase_now, wemb('times york times york') AS two_words_and_a_phrase;
SET wemb.cache_size = 0;
SELECT wemb(string_agg('new' || i || ' new york', ' ')) AS many_pairs FROM generate_series(1, 5000) i;
SELECT wemb('los angeles') AS a_phrase, wemb('york new') AS no_phrase;
RESET wemb.cache_size;

-- in parallel workers
CREATE TABLE docs AS SELECT 'the new york' || i % 3 || ' new york ' || i AS body FROM generate_series(1, 3000) i;
ALTER TABLE docs SET (parallel_workers = 2);
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SELECT count(wemb(body)), count(DISTINCT wemb(body)), bool_and(wemb(body) = wemb('the new new_york')) AS same FROM docs;
COMMIT;

-- a phrase too long to be a word; the longest there is
INSERT INTO news SELECT repeat('a', 120) || '_' || repeat('b', n), 0, '[1,2,2]' FROM unnest(ARRAY[134, 135]) n;
SELECT set_option('version', '"8"');
SELECT wemb(repeat('a', 120) || ' ' || repeat('b', 134)) AS longest, wemb(repeat('a', 120) || ' ' || repeat('b', 135)) IS NULL AS too_long;

-- in the other tokenizers
UPDATE news_parts SET data = data || '{"tokenizer": "whitespace", "version": "9"}' WHERE part = 'options';
SELECT wemb('new york') AS phrase, wemb('New York') IS NULL AS other_case;
UPDATE news_parts SET data = data || '{"tokenizer": "pg_catalog.english", "version": "a"}' WHERE part = 'options';
SELECT wemb('the new of york') AS stop_words_are_no_tokens;
UPDATE news_parts SET data = data || '{"tokenizer": "unicode", "version": "b"}' WHERE part = 'options';

-- by users who see only some of the words
CREATE ROLE wemb_phrases_reader;
GRANT USAGE ON SCHEMA embed_phrases TO wemb_phrases_reader;
GRANT SELECT ON news, news_parts TO wemb_phrases_reader;
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY some_words ON news USING (current_setting('embed_phrases.shown', true) = 'yes' OR word !~ '_');
SET ROLE wemb_phrases_reader;
SELECT wemb('new york') AS without_phrases;
SET embed_phrases.shown = 'yes';
SELECT wemb('new york') AS with_phrases;
SET embed_phrases.shown = 'no';
SELECT wemb('new york') AS without_again;
RESET ROLE;
-- a policy that uses a model with phrases itself
CREATE TABLE other (word text COLLATE "C" PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
CREATE TABLE other_parts AS TABLE news_parts;
INSERT INTO other VALUES ('new_york', 0, '[1,1,1]');
GRANT SELECT ON other, other_parts TO wemb_phrases_reader;
DROP POLICY some_words ON news;
CREATE POLICY other_words ON news USING (wemb(replace(word, '_', ' ') || ' of', 'embed_phrases.other') IS NOT NULL);
SET ROLE wemb_phrases_reader;
SELECT wemb('new york times') AS through_other;
RESET ROLE;
DROP POLICY other_words ON news;
ALTER TABLE news DISABLE ROW LEVEL SECURITY;

-- two models by turns; after an error in the query
SELECT wemb('new york', 'news') AS news, wemb('new york', 'other') AS other, wemb('new york', 'news') = wemb('new_york', 'news') AS again;
CREATE FUNCTION fail() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY failing ON news USING (fail());
SET ROLE wemb_phrases_reader;
SELECT wemb('in the');
RESET ROLE;
ALTER TABLE news DISABLE ROW LEVEL SECURITY;
SELECT wemb('in the');

-- what else takes a text
SELECT wemb_similarity('new york', 'new_york', 'news') AS same, wemb_similarity('new york', 'york', 'news') < 1 AS other;

SET client_min_messages = warning;
DROP SCHEMA embed_phrases CASCADE;
RESET client_min_messages;
DROP ROLE wemb_phrases_reader;
RESET search_path;
RESET wemb.model;
