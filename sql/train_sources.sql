-- Where texts come from: every kind of relation, and rows without words.
SET client_min_messages = warning;
CREATE SCHEMA train_sources;
SET search_path = train_sources, public;

-- Twelve words of three topics; a text has words of one topic.
CREATE FUNCTION topic_text(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg((ARRAY['apple', 'pear', 'plum', 'cherry', 'iron', 'copper', 'silver', 'lead',
		'violin', 'flute', 'drum', 'harp'])[1 + i % 3 * 4 + (i / 3 + k * k + k * (i % 7)) % 4], ' ' ORDER BY k)
	FROM generate_series(1, 12) k
$$;

-- A table: the words come back most frequent first, and are kept.
CREATE TABLE docs (id serial PRIMARY KEY, body text);
INSERT INTO docs (body) SELECT topic_text(i) FROM generate_series(1, 300) i;
CREATE TEMP TABLE trained AS SELECT * FROM wemb_train('docs', 'body', 10, epochs => 20);
SELECT count(*), sum(freq), bool_and(vector_dims(vec) = 10), bool_and(abs(vector_norm(vec) - 1) < 1e-6) FROM trained;
SELECT count(*) FROM trained JOIN wemb_model USING (word, freq) WHERE trained.vec = wemb_model.vec;
SELECT bool_and(freq <= before) FROM (SELECT freq, lag(freq, 1, freq) OVER () AS before FROM trained) t;

-- Words of a topic are near each other.
SELECT array_agg(word ORDER BY word COLLATE "C") FROM wemb_most_similar('iron', 3);
SELECT array_agg(word ORDER BY word COLLATE "C") FROM wemb_most_similar('harp', 3);

-- In the select list, as psql users write it.
SELECT count(*) FROM (SELECT wemb_train('docs', 'body', 10, epochs => 1)) t;

-- Text-like types: varchar, char, name, a domain.
CREATE DOMAIN prose AS text;
CREATE TABLE kinds (a varchar(200), b char(200), c name, d prose);
INSERT INTO kinds SELECT topic_text(i), topic_text(i), left(topic_text(i), 60), topic_text(i) FROM generate_series(1, 60) i;
SELECT count(*) FROM wemb_train('kinds', 'a', 4, epochs => 1);
SELECT count(*) FROM wemb_train('kinds', 'b', 4, epochs => 1);
SELECT count(*) FROM wemb_train('kinds', 'c', 4, epochs => 1);
SELECT count(*) FROM wemb_train('kinds', 'd', 4, epochs => 1);

-- The same texts from any kind of relation give the same model.
CREATE TABLE expected AS SELECT * FROM wemb_train('docs', 'body', 10, epochs => 2);
CREATE TABLE parted (id int, body text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (100);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (1000);
INSERT INTO parted SELECT * FROM docs;
CREATE VIEW docs_view AS SELECT body AS "The Text", id FROM docs;
CREATE MATERIALIZED VIEW docs_matview AS SELECT * FROM docs;
CREATE FUNCTION same_as_expected(source regclass, col name) RETURNS bool LANGUAGE sql AS $$
	SELECT count(*) = (SELECT count(*) FROM expected)
	FROM wemb_train(source, col, 10, epochs => 2) t JOIN expected e USING (word, freq) WHERE t.vec = e.vec
$$;
SELECT same_as_expected('parted', 'body'), same_as_expected('docs_view', 'The Text'), same_as_expected('docs_matview', 'body');

-- A foreign table.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS file_fdw;
SET client_min_messages = warning;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE far_away (body text) SERVER files OPTIONS (program 'printf "one two\none two three\n"');
SELECT word, freq FROM wemb_train('far_away', 'body', 4, epochs => 1);

-- A parent's children count; a child alone is a table like any other.
CREATE TABLE more_docs () INHERITS (docs);
INSERT INTO more_docs (body) SELECT 'zinc zinc zinc' FROM generate_series(1, 5);
SELECT freq FROM wemb_train('docs', 'body', 4, epochs => 1) WHERE word = 'zinc';
SELECT word, freq FROM wemb_train('more_docs', 'body', 4, epochs => 1);
DROP TABLE more_docs;

-- Names that need quoting.
CREATE TABLE "My Docs" ("Der Text" text);
INSERT INTO "My Docs" SELECT body FROM docs;
SELECT same_as_expected('"My Docs"', 'Der Text');

-- NULL, empty and wordless rows are left out.
CREATE TABLE gaps (body text);
INSERT INTO gaps VALUES (NULL), (''), ('...'), ('one two one two'), (NULL), ('   ');
SELECT word, freq FROM wemb_train('gaps', 'body', 4, epochs => 1);
SELECT texts, tokens FROM wemb_models WHERE model = 'train_sources.wemb_model';

-- One text of one word: nothing to learn from, but no error.
CREATE TABLE single (body text);
INSERT INTO single VALUES ('alone');
SELECT word, freq, vector_dims(vec) FROM wemb_train('single', 'body', 3);

-- Uncommitted rows of this transaction are seen; a rollback leaves no model.
BEGIN;
INSERT INTO single VALUES ('alone together');
SELECT word, freq FROM wemb_train('single', 'body', 3, 'rolled_back');
ROLLBACK;
SELECT to_regclass('rolled_back'), to_regclass('rolled_back_parts');

-- From PL/pgSQL, in a subtransaction that fails after training.
DO $$
BEGIN
	PERFORM wemb_train('docs', 'body', 4, 'undone', epochs => 1);
	RAISE EXCEPTION 'changed my mind';
EXCEPTION WHEN raise_exception THEN
	NULL;
END $$;
SELECT to_regclass('undone');

RESET search_path;
DROP SCHEMA train_sources CASCADE;
DROP EXTENSION file_fdw CASCADE;
