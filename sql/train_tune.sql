-- wemb_tune_dimensions(): how good vectors of several dimensions are.
SET client_min_messages = warning;
CREATE SCHEMA train_tune;
SET search_path = train_tune, public;

-- Texts of twelve topics; words of one topic occur together.
CREATE TABLE docs AS
	SELECT i AS id, string_agg('w' || i % 12 || '_' || (i * 7 + i / 12 * 3 + j * j * 5 + j * (i % 11)) % 10, ' ' ORDER BY j) || ' and the' AS body
		FROM generate_series(1, 900) i, generate_series(1, 12) j GROUP BY i;

-- A row for each number, in the order given; more dimensions than one tell the topics apart.
CREATE TABLE tuned AS SELECT * FROM wemb_tune_dimensions('docs', 'body', '{20,1,5}', epochs => 20, max_n => 0);
SELECT dimensions, retrieval BETWEEN 0 AND 1 AS retrieval, neighbours BETWEEN 0.5 AND 1 AS neighbours, seconds >= 0 AS seconds, bytes FROM tuned;
SELECT count(*) FILTER (WHERE recommended) AS recommended, min(dimensions) FILTER (WHERE recommended) > 1 AS more_than_one FROM tuned;
SELECT a.retrieval > 2 * b.retrieval AS finds_more, a.neighbours > b.neighbours AS knows_more FROM tuned a, tuned b
	WHERE a.dimensions = 20 AND b.dimensions = 1;

-- It writes nothing: not even a read-only transaction minds.
BEGIN READ ONLY;
SELECT count(*) FROM wemb_tune_dimensions('docs', 'body', '{2,3}', epochs => 1);
COMMIT;
SELECT relname FROM pg_class WHERE relnamespace = 'train_tune'::regnamespace ORDER BY 1;

-- The same seed holds the same texts out, and gives the same numbers.
CREATE FUNCTION same(first text, second text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM wemb_tune_dimensions(''docs'', ''body'', ''{3,10}'', %s) a
		JOIN wemb_tune_dimensions(''docs'', ''body'', ''{10,3}'', %s) b USING (dimensions, retrieval, neighbours, bytes)', first, second) INTO result;
	RETURN result;
END $$;
SELECT same('epochs => 5, seed => 7', 'epochs => 5, seed => 7');
SELECT same('epochs => 5, seed => 7', 'epochs => 5, seed => 8');
SELECT same('epochs => 5', 'epochs => 6');
SELECT same('epochs => 5', 'epochs => 5, max_tokens => 5000');
SELECT same($$algorithm => 'svd'$$, $$algorithm => 'svd', workers => 2$$);

-- Other algorithms, losses, tokenizers, phrases; more workers; one long text; the shortest texts.
SELECT dimensions, neighbours > 0.6 AS good FROM wemb_tune_dimensions('docs', 'body', '{4,16}', algorithm => 'svd');
SELECT dimensions, neighbours > 0.6 AS good FROM wemb_tune_dimensions('docs', 'body', '{4,16}', algorithm => 'glove');
SELECT dimensions, neighbours > 0.6 AS good FROM wemb_tune_dimensions('docs', 'body', '{4,16}', algorithm => 'cbow', epochs => 20);
SELECT dimensions, neighbours > 0.6 AS good FROM wemb_tune_dimensions('docs', 'body', '{16,4}', loss => 'hs', epochs => 20, tokenizer => 'whitespace');
SELECT count(*) FROM wemb_tune_dimensions('docs', 'body', '{4}', phrases => true, epochs => 2);
SELECT count(*) FROM wemb_tune_dimensions('docs', 'body', '{4,8,12}', workers => 2, epochs => 30, tolerance => 0.01);
SELECT count(*) FROM wemb_tune_dimensions('docs', 'body', '{4,8}', algorithm => 'svd', workers => 2);
SELECT count(*) FROM wemb_tune_dimensions('docs', 'body', '{4,8}', algorithm => 'glove', workers => 2, epochs => 3);
SET maintenance_work_mem = '1MB';
CREATE TABLE one_text AS SELECT string_agg(d.body, ' ') AS body FROM docs d, generate_series(1, 40) i;
SELECT dimensions, neighbours > 0.6 AS good FROM wemb_tune_dimensions('one_text', 'body', '{8}', epochs => 2, max_n => 0);
RESET maintenance_work_mem;
CREATE TABLE four_words AS SELECT 'w' || id % 12 || ' v' || id % 12 || ' u' || id % 12 || ' t' || id % 12 AS body FROM docs;
SELECT dimensions, retrieval > 0.1 AS good FROM wemb_tune_dimensions('four_words', 'body', '{8}', max_n => 0);

-- What a model of as many dimensions takes is about what is said.
SELECT count(*) FROM wemb_train('docs', 'body', 20, max_n => 0, epochs => 1);
SELECT size > t.bytes AND size < t.bytes * 4 + 150000 AS size FROM wemb_models m, tuned t WHERE m.model = 'train_tune.wemb_model' AND t.dimensions = 20;

-- What can't be done.
CREATE TABLE few AS SELECT * FROM docs LIMIT 60;
CREATE TABLE short AS SELECT 'two words' AS body FROM docs;
CREATE FUNCTION try(arguments text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT wemb_tune_dimensions(%s)', arguments);
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
SELECT * FROM try($$'few', 'body'$$);
SELECT * FROM try($$'short', 'body'$$);
SELECT * FROM try($$'docs', 'text'$$);
SELECT * FROM try($$NULL, 'body'$$);
SELECT * FROM try($$'docs', NULL$$);
SELECT * FROM try($$'docs', 'body', NULL$$);
SELECT * FROM try($$'docs', 'body', '{}'$$);
SELECT * FROM try($$'docs', 'body', '{10,NULL}'$$);
SELECT * FROM try($$'docs', 'body', '{10,0}'$$);
SELECT * FROM try($$'docs', 'body', '{16001}'$$);
SELECT * FROM try($$'docs', 'body', array_fill(2, ARRAY[101])$$);
SELECT * FROM try($$'docs', 'body', max_tokens => 0$$);
SELECT * FROM try($$'docs', 'body', max_tokens => 10$$);
SELECT * FROM try($$'docs', 'body', epochs => 0$$);
SELECT * FROM try($$'docs', 'body', seed => NULL$$);
SELECT * FROM try($$'docs', 'body', algorithm => 'svd', epochs => 3$$);
SELECT * FROM try($$'docs', 'body', model => 'm'$$);
SET wemb.max_memory = '8MB';
SELECT state, detail FROM try($$'docs', 'body', '{2,16000}', buckets => 10000, epochs => 1, workers => 1$$);
RESET wemb.max_memory;

-- No privilege on the source; SELECT is enough.
CREATE ROLE regress_wemb_tuner;
GRANT USAGE ON SCHEMA train_tune TO regress_wemb_tuner;
SET ROLE regress_wemb_tuner;
SELECT * FROM try($$'docs', 'body'$$);
RESET ROLE;
GRANT SELECT (body) ON docs TO regress_wemb_tuner;
SET ROLE regress_wemb_tuner;
SELECT count(*) FROM wemb_tune_dimensions('docs', 'body', '{4}', epochs => 1);
RESET ROLE;
\pset format aligned
\pset tuples_only off

RESET search_path;
DROP SCHEMA train_tune CASCADE;
DROP ROLE regress_wemb_tuner;
