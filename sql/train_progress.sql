-- The view of running trainings.
SET client_min_messages = warning;
CREATE SCHEMA train_progress;
SET search_path = train_progress, public;
CREATE TABLE docs AS SELECT 'the cat sat on the mat' AS body FROM generate_series(1, 20);

-- The view's columns; nothing runs here.
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
	WHERE attrelid = 'wemb_progress'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM wemb_progress WHERE pid = pg_backend_pid();

-- Within the training's own query: its texts are what it says of itself.
CREATE VIEW mine AS SELECT * FROM wemb_progress WHERE pid = pg_backend_pid() AND datname = current_database();
CREATE VIEW self AS
	SELECT concat_ws(' ', CASE WHEN d.body IS NOT NULL THEN phase END, model, usename = current_user, percent, tokens_done, tokens_total,
			epoch, words_per_second, loss, seconds >= 0, seconds_left, workers) AS body
		FROM mine, docs d;
SELECT * FROM self;
SELECT word, freq FROM wemb_train('self', 'body', 4, model => 'm', tokenizer => 'whitespace', min_count => 1);
SELECT count(*) FROM mine;

-- A training within another one: both are seen by the inner one's query.
CREATE VIEW inner_source AS SELECT concat(max(phase), ' ', string_agg(model, ' ' ORDER BY seconds DESC)) AS body FROM mine;
CREATE FUNCTION train_inside() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT 'inner ' || word
		FROM wemb_train('inner_source', 'body', 4, model => '"In ner"', tokenizer => 'whitespace', min_count => 1);
END $$;
CREATE VIEW outer_source AS SELECT train_inside() AS body;
SELECT word FROM wemb_train('outer_source', 'body', 4, model => 'm', tokenizer => 'whitespace', min_count => 1) ORDER BY word COLLATE "C";
SELECT count(*) FROM mine;

-- Gone at the end of the training, not only of the transaction; and after an
-- error, whoever catches it.
CREATE FUNCTION fails() RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''on purpose: % running'', (SELECT count(*) FROM mine); END';
CREATE VIEW failing AS SELECT fails() AS body;
BEGIN;
SELECT count(*) FROM wemb_train('docs', 'body', 4, model => 'm');
SELECT count(*) FROM mine;
SAVEPOINT s;
SELECT count(*) FROM wemb_train('failing', 'body', 4, model => 'm');
ROLLBACK TO SAVEPOINT s;
SELECT count(*) FROM mine;
SELECT count(*) FROM pg_locks WHERE locktype = 'userlock' AND pid = pg_backend_pid();
SELECT count(*) FROM wemb_train('docs', 'body', 4, model => 'm');
SELECT count(*) FROM mine;
DO $$
BEGIN
	PERFORM count(*) FROM wemb_train('failing', 'body', 4, model => 'm');
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING '%, then %', SQLERRM, (SELECT count(*) FROM mine);
END $$;
SELECT count(*) FROM mine;
SELECT count(*) FROM pg_locks WHERE locktype = 'userlock' AND pid = pg_backend_pid();
COMMIT;
SELECT count(*) FROM wemb_train('failing', 'body', 4, model => 'm');
SELECT count(*) FROM mine;

DROP SCHEMA train_progress CASCADE;
