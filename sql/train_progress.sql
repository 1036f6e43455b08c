-- The view of running trainings, and the log that a training leaves.
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

-- The log: a row an epoch.
SELECT count(*) FROM wemb_train('docs', 'body', 4, model => 'm', epochs => 3, alpha => 0.03, min_alpha => 0.01);
SELECT epoch, loss > 0 AS loss, round(alpha::numeric, 3) AS alpha, words, seconds >= 0 AS seconds,
		coalesce(words_per_second > 0, true) AS speed, event
	FROM wemb_training_log('m');
SET wemb.model = 'train_progress.m';
SELECT count(*) FROM wemb_training_log();
SELECT count(*) FROM wemb_training_log(NULL);
RESET wemb.model;

-- Speed is that of the epoch; what was not measured is NULL; events have rows.
DELETE FROM m_parts WHERE part = 'log';
SELECT count(*) FROM wemb_training_log('m');
INSERT INTO m_parts (part, id, data) VALUES
	('log', 1, '{"epoch": 1, "loss": 2.5, "alpha": 0.02, "words": 1000, "seconds": 2}'),
	('log', 2, '{"epoch": 2, "loss": null, "alpha": 0.01, "words": 1000, "seconds": 4.5}'),
	('log', 3, '{"epoch": 2, "alpha": 0.005, "words": 0, "seconds": 5, "event": "training restarted from epoch 1 with alpha 0.005"}'),
	('log', 4, '{"epoch": 2, "alpha": 0.005, "words": 2000, "seconds": 5.25}');
SELECT * FROM wemb_training_log('m');

-- Edited by hand: what is no number, or none that fits, is NULL.
UPDATE m_parts SET data = d FROM (VALUES
		(1, '{"epoch": "one", "loss": "2.5", "alpha": [0.02], "words": true, "seconds": {}, "event": 7}'::jsonb),
		(2, '{"epoch": 1e10, "loss": 1e999, "alpha": -1e999, "words": 1e30, "seconds": 1e-999}'),
		(3, '[{"epoch": 2}]'), (4, NULL)) AS v (n, d)
	WHERE part = 'log' AND id = n;
INSERT INTO m_parts (part, id, data) VALUES ('log', -5, '"epoch"'), ('log', 5, '{"words": -1, "seconds": -1, "loss": -1, "epoch": -3000000000}'),
	('log', 6, '{}'), ('log', 7, '{"words": 9000000000000000000, "seconds": 1, "epoch": 2.7}');
\pset null -
SELECT * FROM wemb_training_log('m');
\pset null ''

-- Errors are those of every function that reads a model.
SELECT * FROM wemb_training_log('nowhere');
SELECT * FROM wemb_training_log('docs');
SELECT * FROM wemb_training_log('a.b.c');
UPDATE m_parts SET data = '{}' WHERE part = 'options';
SELECT * FROM wemb_training_log('m');

-- Who may not read the model may not read its log.
SELECT count(*) FROM wemb_train('docs', 'body', 4, model => 'theirs', epochs => 1);
CREATE ROLE regress_wemb_stranger;
GRANT USAGE ON SCHEMA train_progress TO regress_wemb_stranger;
SET ROLE regress_wemb_stranger;
SELECT * FROM wemb_training_log('train_progress.theirs');
SELECT count(*) FROM wemb_progress WHERE pid = pg_backend_pid();
RESET ROLE;
GRANT SELECT ON theirs, theirs_parts TO regress_wemb_stranger;
SET ROLE regress_wemb_stranger;
SELECT epoch FROM wemb_training_log('train_progress.theirs');
RESET ROLE;

DROP SCHEMA train_progress CASCADE;
DROP ROLE regress_wemb_stranger;
