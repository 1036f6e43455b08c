-- Which tables are a model: recognised by their shape, whoever made them.

CREATE SCHEMA model_tables;
SET search_path = model_tables, public;
SET wemb.model = 'news';

CREATE TABLE news (word text PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
INSERT INTO news VALUES ('king', 3, '[1,0,0]'), ('queen', 1, '[0.6,0.8,0]'), ('apple', 1, '[0,0,1]');

-- one table is no model
SELECT wemb('king');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE news_parts (part text, id integer, vec vector, PRIMARY KEY (part, id));
SELECT wemb('king');
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE news_parts ADD data jsonb;

-- options, one thing wrong at a time
SELECT wemb('king');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO news_parts VALUES ('options', 0, NULL, NULL);
SELECT wemb('king');
CREATE FUNCTION try_options(changes jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	good jsonb := '{"format": 1, "version": "0123456789abcdef", "dimensions": 3, "tokenizer": "unicode",
		"unit_length": true, "words": 3, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}';
	detail text;
BEGIN
	UPDATE news_parts SET data = CASE jsonb_typeof(changes) WHEN 'object' THEN jsonb_strip_nulls(good || changes) ELSE changes END
		WHERE part = 'options';
	RETURN wemb('king')::text;
EXCEPTION WHEN data_corrupted OR undefined_object THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''));
END
$$;
SELECT changes, try_options(changes) FROM unnest(ARRAY[
	'[]', '7', 'null',
	'{"format": null}', '{"format": "1"}', '{"format": 0}', '{"format": 2}', '{"format": 1.5}',
	'{"format": 123456789012345678901234567890}',
	'{"version": null}', '{"version": 7}', '{"version": ""}', '{"version": "12345678901234567"}', '{"version": "1"}',
	'{"tokenizer": null}', '{"tokenizer": 1}', '{"tokenizer": "no_such"}', '{"tokenizer": ""}',
	'{"unit_length": null}', '{"unit_length": "yes"}',
	'{"dimensions": null}', '{"dimensions": 0}', '{"dimensions": -3}', '{"dimensions": 16001}', '{"dimensions": 4}',
	'{"min_n": 3}', '{"min_n": 3, "max_n": 2, "buckets": 1}', '{"min_n": 0, "max_n": 2, "buckets": 1}',
	'{"min_n": 3, "max_n": 99, "buckets": 1}', '{"min_n": 3, "max_n": 6, "buckets": -1}', '{"min_n": 3, "max_n": 6}',
	'{"tokens": -1}', '{"tokens": 1e3}', '{"tokens": 9223372036854775808}', '{"words": "3"}', '{"texts": []}',
	'{"trained_at": null}', '{"trained_at": "yesterday"}', '{"trained_at": "2026-13-02T03:04:05.000006Z"}',
	'{"extra": {"a": 1}}']::jsonb[]) AS changes;
-- when it was trained is for show only
SET timezone = 'UTC';
SELECT try_options('{"trained_at": "yesterday"}');
SELECT model, trained_at FROM wemb_models;
SELECT try_options('{"training": {"algorithm": "skipgram"}}');
SELECT model, owner = current_user AS mine, words, dimensions, tokenizer, tokens, texts, trained_at, size > 0 AS has_size, options
	FROM wemb_models;
UPDATE news_parts SET data = '7';
SELECT count(*) FROM wemb_models;
SELECT try_options('{}');

-- rows that cannot be
INSERT INTO news VALUES ('zero', 0, '[0,0,0]');
SELECT wemb('zero'), wemb('zero king');
ALTER TABLE news ALTER freq DROP NOT NULL, ALTER vec DROP NOT NULL, ALTER vec TYPE vector;
INSERT INTO news VALUES ('nofreq', NULL, '[0,1,0]'), ('novec', 1, NULL), ('wide', 1, '[1,2,3,4]'), ('negative', -1, '[0,1,0]');
SELECT wemb('king nofreq');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb('king novec');
SELECT wemb('king wide');
SELECT wemb('king negative');
SELECT wemb('king');
SELECT * FROM wemb_most_similar('king', 10);
DELETE FROM news WHERE word IN ('nofreq', 'novec', 'wide', 'negative', 'zero');

-- columns of its own, in another order; partitions
CREATE TABLE other (note text DEFAULT 'mine', vec vector(3) NOT NULL, freq bigint, word text PRIMARY KEY) PARTITION BY HASH (word);
CREATE TABLE other_0 PARTITION OF other FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE other_1 PARTITION OF other FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO other (word, freq, vec) SELECT word, freq, vec FROM news;
CREATE TABLE other_parts AS TABLE news_parts;
SELECT wemb('king', 'other');
SELECT model FROM wemb_models ORDER BY 1;

-- names: qualified, quoted, folded
ALTER TABLE other RENAME TO "Other News";
SELECT wemb('king', 'other');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb('king', '"Other News"');
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE other_parts RENAME TO "Other News_parts";
SELECT wemb('king', '"Other News"'), wemb('king', 'model_tables."Other News"'), wemb('king', 'NEWS');
SELECT model FROM wemb_models ORDER BY 1;
SELECT bool_and(wemb('king', model) IS NOT NULL) FROM wemb_models;

-- not tables, not models
CREATE VIEW news_view AS TABLE news;
CREATE TABLE docs (id int, body text);
SELECT wemb('king', 'news_view');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb('king', 'docs');
SELECT wemb('king', 'pg_class');
SELECT wemb('king', 'news_pkey');

-- search_path decides as for any table; temporary models too
SET search_path = public;
SELECT wemb('king');
SELECT wemb('king', 'model_tables.news');
SET search_path = model_tables, public;
CREATE TEMP TABLE news AS TABLE model_tables.news WITH NO DATA;
CREATE TEMP TABLE news_parts AS TABLE model_tables.news_parts;
ALTER TABLE pg_temp.news ALTER vec TYPE vector(3);
INSERT INTO pg_temp.news VALUES ('king', 1, '[0,0,1]');
SELECT wemb('king'), wemb('king', 'model_tables.news'), wemb('king', 'pg_temp.news');
SELECT replace(model, (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()), 'pg_temp') AS model
	FROM wemb_models ORDER BY 1;
DROP TABLE pg_temp.news, pg_temp.news_parts;
SELECT wemb('king');

-- moved and renamed within one transaction
CREATE SCHEMA model_tables_2;
BEGIN;
SELECT wemb('king', 'model_tables.news');
ALTER TABLE news SET SCHEMA model_tables_2;
SELECT wemb('king', 'model_tables.news');
ROLLBACK;
BEGIN;
ALTER TABLE news SET SCHEMA model_tables_2;
ALTER TABLE news_parts SET SCHEMA model_tables_2;
SELECT wemb('king', 'model_tables_2.news');
ROLLBACK;
SELECT wemb('king', 'model_tables_2.news');
SELECT wemb('king', 'model_tables.news');
DROP SCHEMA model_tables_2;

-- dropping
SELECT wemb_drop_model('no_such_model');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb_drop_model('docs');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb_drop_model(NULL) IS NULL AS nothing;
SELECT wemb_drop_model('news');
\echo :LAST_ERROR_SQLSTATE
DROP VIEW news_view;
BEGIN READ ONLY;
SELECT wemb_drop_model('news');
ROLLBACK;
UPDATE news_parts SET data = data - 'format';
SELECT wemb_drop_model('news');
\echo :LAST_ERROR_SQLSTATE
UPDATE news_parts SET data = data || '{"format": 1}';
SELECT wemb_drop_model('news');
SELECT wemb_drop_model('model_tables."Other News"');
SELECT wemb('king');
SELECT count(*) FROM wemb_models;
SELECT relname FROM pg_class WHERE relnamespace = 'model_tables'::regnamespace ORDER BY 1;

DROP SCHEMA model_tables CASCADE;
RESET search_path;
RESET wemb.model;
RESET timezone;
