-- Every way in which wemb_train() can be asked for the impossible.
SET client_min_messages = warning;
CREATE SCHEMA train_errors;
SET search_path = train_errors, public;
CREATE FUNCTION try(command text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	message := 'no error';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\n    '
\pset recordsep '\n'

CREATE TABLE docs (id int, body text, tags text[], extra jsonb);
INSERT INTO docs SELECT i, 'some words and some more words' FROM generate_series(1, 20) i;
CREATE SEQUENCE numbers;
CREATE INDEX docs_id ON docs (id);
CREATE TABLE empty (body text);

-- the source
SELECT * FROM try($$SELECT wemb_train('nowhere', 'body')$$);
SELECT * FROM try($$SELECT wemb_train(1::oid, 'body')$$);
SELECT * FROM try($$SELECT wemb_train(NULL, 'body')$$);
SELECT * FROM try($$SELECT wemb_train('numbers', 'last_value')$$);
SELECT * FROM try($$SELECT wemb_train('docs_id', 'id')$$);

-- the column
SELECT * FROM try($$SELECT wemb_train('docs', 'text')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'Body')$$);
SELECT * FROM try($$SELECT wemb_train('docs', NULL)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'id')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'tags')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'extra')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body; DROP TABLE docs')$$);

-- dimensions
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 16001)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', -1)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', NULL)$$);

-- other options
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, window_size => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, negative => 64)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, epochs => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, min_count => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, max_vocab => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, sample => -1)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, sample => 'NaN')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, alpha => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, alpha => 0.01, min_alpha => 0.02)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, min_n => 5, max_n => 3)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, min_n => 2, max_n => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, min_n => 0, max_n => 3)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, max_n => 13)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, max_n => 3, buckets => 0)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, tokenizer => 'klingon')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, unit_length => NULL)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, seed => NULL)$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, windows_size => 5)$$);

-- nothing to train on
SELECT * FROM try($$SELECT wemb_train('empty', 'body')$$);
INSERT INTO empty VALUES (NULL), (''), ('?!');
SELECT * FROM try($$SELECT wemb_train('empty', 'body')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, min_count => 100)$$);

-- memory
SET wemb.max_memory = '100kB';
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10)$$);
SET wemb.max_memory = '8MB';
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 16000, buckets => 1000000)$$);
RESET wemb.max_memory;

-- the model's name
CREATE TABLE taken (x int);
CREATE VIEW taken_view AS SELECT 1 AS x;
CREATE TABLE half_parts (x int);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'taken')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'taken_view')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'half')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'docs')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, '')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'no_schema.m')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'a.b.c.d')$$);
SELECT * FROM try(format($$SELECT wemb_train('docs', 'body', 10, %L)$$, repeat('long', 20)));
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'pg_catalog.m')$$);

-- a read-only transaction
BEGIN READ ONLY;
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10)$$);
ROLLBACK;

-- no privilege: on the source, on its column, on the schema, on somebody else's model
CREATE ROLE regress_wemb_reader;
GRANT USAGE ON SCHEMA train_errors TO regress_wemb_reader;
SELECT count(*) FROM wemb_train('docs', 'body', 10, 'somebodys');
SET ROLE regress_wemb_reader;
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'pg_temp.mine')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'train_errors.mine')$$);
RESET ROLE;
GRANT SELECT (id) ON docs TO regress_wemb_reader;
GRANT CREATE ON SCHEMA train_errors TO regress_wemb_reader;
SET ROLE regress_wemb_reader;
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'mine')$$);
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'somebodys')$$);
RESET ROLE;

-- not even a superuser writes to somebody else's model, whose triggers would run as superuser
SET ROLE regress_wemb_reader;
CREATE TABLE own (body text);
INSERT INTO own VALUES ('one two'), ('two one');
SELECT count(*) FROM wemb_train('own', 'body', 10, 'mine');
RESET ROLE;
SELECT * FROM try($$SELECT wemb_train('docs', 'body', 10, 'mine')$$);
SELECT wemb_drop_model('mine');

-- Nothing of all this left a model but the one that worked.
SELECT relname FROM pg_class WHERE relnamespace = 'train_errors'::regnamespace AND relname LIKE '%\_parts' ORDER BY 1;

\pset format aligned
\pset tuples_only off
RESET search_path;
DROP SCHEMA train_errors CASCADE;
DROP ROLE regress_wemb_reader;
