-- The algorithms of wemb_train() that count which words occur together, and how one of them is chosen.
SET client_min_messages = warning;
CREATE SCHEMA train_algorithms;
SET search_path = train_algorithms, public;

-- Sentences of ten words, each of one topic, with two words that all topics share.
CREATE TABLE docs AS
	SELECT i AS id, 'the ' || string_agg(words[1 + (i * 7 + i / 5 * 3 + j * j * 5 + j * (i % 11)) % 12], ' ' ORDER BY j) || ' and' AS body
		FROM generate_series(1, 500) i
			JOIN (VALUES (0, '{cat,dog,horse,cow,sheep,goat,pig,duck,goose,hen,rabbit,mouse}'::text[]),
				(1, '{pan,pot,spoon,fork,knife,oven,kettle,bowl,plate,cup,stove,ladle}'),
				(2, '{ship,sail,anchor,harbour,wave,tide,deck,mast,sailor,island,storm,reef}'),
				(3, '{rose,tulip,lawn,hedge,spade,rake,seed,soil,bulb,fern,moss,ivy}')) t (number, words) ON number = i % 4,
			generate_series(0, 7) j
		GROUP BY i;
CREATE TABLE tiny (body text);
INSERT INTO tiny VALUES ('the cat sat'), ('the dog sat');

-- How many of the five nearest words of a word share its topic.
CREATE FUNCTION right_neighbours(word text, topic text[]) RETURNS bigint LANGUAGE sql AS
	$$ SELECT count(*) FROM wemb_most_similar(word, 5) m WHERE m.word = ANY (topic) $$;
CREATE VIEW neighbours AS SELECT
	right_neighbours('cat', '{dog,horse,cow,sheep,goat,pig,duck,goose,hen,rabbit,mouse}') AS cat,
	right_neighbours('spoon', '{pan,pot,fork,knife,oven,kettle,bowl,plate,cup,stove,ladle}') AS spoon,
	right_neighbours('wave', '{ship,sail,anchor,harbour,tide,deck,mast,sailor,island,storm,reef}') AS wave,
	right_neighbours('moss', '{rose,tulip,lawn,hedge,spade,rake,seed,soil,bulb,fern,ivy}') AS moss;
CREATE VIEW right_of_20 AS SELECT cat + spoon + wave + moss >= 16 AS most FROM neighbours;
CREATE VIEW training AS SELECT options -> 'training' AS options FROM wemb_models WHERE model = 'train_algorithms.wemb_model';

-- Words of a topic are near to each other.
SELECT count(*), bool_and(abs(vector_norm(vec) - 1) < 1e-6) AS unit_length FROM wemb_train('docs', 'body', 20, algorithm => 'svd');
SELECT * FROM right_of_20;
SELECT * FROM training;
SELECT count(*), bool_and(abs(vector_norm(vec) - 1) < 1e-6) AS unit_length FROM wemb_train('docs', 'body', 20, algorithm => 'GloVe');
SELECT * FROM right_of_20;
SELECT options ->> 'algorithm' AS algorithm, options ?& '{window_size,epochs,alpha,x_max,min_count,seed}' AS has,
	options ?| '{loss,negative,sample,min_alpha}' AS has_not FROM training;

-- What an epoch came to; with svd there are none.
SELECT count(*) FROM wemb_train('docs', 'body', 20, algorithm => 'glove', epochs => 8);
SELECT count(*), min(epoch), max(epoch), bool_and(loss > 0) AS has_loss, min(alpha), max(alpha), min(words) FROM wemb_training_log();
SELECT a.loss > b.loss AS falls FROM wemb_training_log() a, wemb_training_log() b WHERE a.epoch = 1 AND b.epoch = 8;
SELECT count(*) FROM wemb_train('docs', 'body', 20, algorithm => 'glove', epochs => 1000, tolerance => 0.05);
SELECT count(*) < 1000 AS converged FROM wemb_training_log();
SELECT count(*) FROM wemb_train('docs', 'body', 20, algorithm => 'svd');
SELECT count(*) FROM wemb_training_log();

-- There are no n-grams, so unknown words stay unknown.
SELECT wemb('catlike') IS NULL AS unknown;
SELECT DISTINCT part FROM wemb_model_parts;
SELECT bool_or(abs(vector_norm(vec) - 1) > 1e-3) AS as_trained FROM wemb_train('docs', 'body', 20, algorithm => 'svd', unit_length => false);
SELECT bool_or(abs(vector_norm(vec) - 1) > 1e-3) AS as_trained FROM wemb_train('docs', 'body', 20, algorithm => 'glove', unit_length => false);

-- The same seed gives the same bytes, another one others; svd's are the same whatever the number of processes.
CREATE FUNCTION same(first text, second text) RETURNS TABLE (words bigint, same bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE a AS SELECT * FROM wemb_train(''docs'', ''body'', 20, %s)', first);
	EXECUTE format('CREATE TABLE b AS SELECT * FROM wemb_train(''docs'', ''body'', 20, %s)', second);
	RETURN QUERY SELECT count(*), count(*) FILTER (WHERE a.vec = b.vec) FROM a JOIN b USING (word, freq);
	DROP TABLE a, b;
END $$;
SELECT * FROM same($$algorithm => 'svd'$$, $$algorithm => 'svd'$$);
SELECT * FROM same($$algorithm => 'svd'$$, $$algorithm => 'svd', seed => 2$$);
SELECT * FROM same($$algorithm => 'svd'$$, $$algorithm => 'svd', window_size => 5$$);
SELECT * FROM same($$algorithm => 'svd'$$, $$algorithm => 'svd', workers => 2$$);
SELECT * FROM same($$algorithm => 'glove'$$, $$algorithm => 'glove', workers => 1$$);
SELECT * FROM same($$algorithm => 'glove'$$, $$algorithm => 'glove', seed => 2$$);
SELECT * FROM same($$algorithm => 'glove'$$, $$algorithm => 'glove', window_size => 5$$);
SELECT * FROM same($$algorithm => 'glove'$$, $$algorithm => 'glove', alpha => 0.1$$);

-- Little memory: more passes over the text, the same counts.
CREATE TABLE numbers AS SELECT string_agg('w' || (i * i + i * j + j * j * j) % 997, ' ' ORDER BY j) AS body
	FROM generate_series(1, 1000) i, generate_series(1, 50) j GROUP BY i;
SET maintenance_work_mem = '1MB';
CREATE TABLE small_memory AS SELECT * FROM wemb_train('numbers', 'body', 10, algorithm => 'svd', min_count => 1);
SET maintenance_work_mem = '256MB';
SELECT count(*), count(*) FILTER (WHERE a.vec = b.vec) AS same
	FROM small_memory a JOIN wemb_train('numbers', 'body', 10, algorithm => 'svd', min_count => 1) b USING (word, freq);
RESET maintenance_work_mem;

-- Fewer words than dimensions: the rest of a vector is zero.
SELECT word, freq, subvector.rest FROM wemb_train('tiny', 'body', 50, algorithm => 'svd'),
	LATERAL (SELECT sum(abs(x)) AS rest FROM unnest(vec::real[]) WITH ORDINALITY u (x, i) WHERE i > 4) subvector;
SELECT wemb_similarity('cat', 'dog') > 0.99 AS same_neighbours;
SELECT count(*), bool_and(abs(vector_norm(vec) - 1) < 1e-6) AS unit_length FROM wemb_train('tiny', 'body', 50, algorithm => 'glove');
SELECT count(*) FROM wemb_train('tiny', 'body', 16000, algorithm => 'glove', epochs => 1);
SELECT count(*) FROM wemb_train('tiny', 'body', 5, algorithm => 'glove', workers => 4);
SELECT count(*) FROM wemb_train('tiny', 'body', 5, algorithm => 'svd', workers => 4, window_size => 1000);

-- A word that never stands near another has no place with svd: its vector is zero, and wemb() knows nothing of it.
SELECT * FROM wemb_train_query($$VALUES ('alone'), ('alone')$$, 3, algorithm => 'svd');
SELECT wemb('alone'), wemb_similarity('alone', 'alone');
SELECT word, vector_norm(vec) > 0 AS random FROM wemb_train_query($$VALUES ('alone'), ('alone')$$, 3, algorithm => 'glove');
SELECT * FROM wemb_train_query($$VALUES ('alone alone alone')$$, 3, algorithm => 'svd');

-- auto: svd for little text, skip-gram for more; the result says which.
SELECT count(*) FROM wemb_train('tiny', 'body', 5, algorithm => 'auto');
SELECT * FROM training;
SELECT DISTINCT part FROM wemb_model_parts;
SELECT count(*) FROM wemb_train_query($$SELECT body FROM numbers, generate_series(1, 5)$$, 5, algorithm => 'auto', window_size => 2);
SELECT options ->> 'algorithm' AS algorithm, options ->> 'window_size' AS window_size FROM training;
SELECT wemb('w1000') IS NOT NULL AS has_ngrams;
SELECT count(*) FROM wemb_train_query($$SELECT body FROM numbers$$, 5, algorithm => 'auto', max_n => 0);
SELECT wemb('w1000') IS NOT NULL AS has_ngrams;

-- Options that an algorithm does not take.
CREATE FUNCTION try(options text, source text DEFAULT 'docs') RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT wemb_train(%L, ''body'', %s)', source, options);
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
SELECT * FROM try($$algorithm => 'word2vec'$$);
SELECT * FROM try($$algorithm => 'svd', loss => 'ns'$$);
SELECT * FROM try($$algorithm => 'svd', negative => 5$$);
SELECT * FROM try($$algorithm => 'svd', epochs => 5$$);
SELECT * FROM try($$algorithm => 'svd', alpha => 0.05$$);
SELECT * FROM try($$algorithm => 'svd', tolerance => 0.05$$);
SELECT * FROM try($$algorithm => 'svd', max_n => 5$$);
SELECT * FROM try($$algorithm => 'glove', sample => 0$$);
SELECT * FROM try($$algorithm => 'glove', min_alpha => 0$$);
SELECT * FROM try($$algorithm => 'glove', buckets => 1000$$);
SELECT * FROM try($$algorithm => 'glove', init => 'm'$$);
SELECT * FROM try($$algorithm => 'auto', epochs => 5$$);
SELECT * FROM try($$algorithm => 'auto', min_n => 2$$);
SELECT * FROM try($$algorithm => 'svd', max_n => 0$$);
SELECT * FROM try($$algorithm => 'glove', min_n => 0$$);
SELECT * FROM try($$algorithm => 'auto', max_n => 0$$);
SELECT * FROM try($$algorithm => NULL$$);

-- Memory is looked at before counting begins.
SET wemb.max_memory = '8MB';
SELECT state, detail FROM try($$dimensions => 5000, algorithm => 'svd', workers => 1$$, 'numbers');
SELECT state, detail FROM try($$dimensions => 5000, algorithm => 'glove', workers => 1$$, 'numbers');
RESET wemb.max_memory;
\pset format aligned
\pset tuples_only off

-- wemb_update() does not go on with counts.
SELECT count(*) FROM wemb_train('tiny', 'body', 3, algorithm => 'svd');
SELECT count(*) FROM wemb_update(NULL, 'tiny', 'body');

RESET search_path;
DROP SCHEMA train_algorithms CASCADE;
