-- The tutorial's recurrent network: wemb_train(..., algorithm => 'rnn').
SET client_min_messages = warning;
CREATE SCHEMA train_rnn;
SET search_path = train_rnn, public;

-- Four topics, each text of one.
CREATE TABLE docs AS
	SELECT string_agg(words[1 + (i * 7 + i / 5 * 3 + j * j * 5 + j * (i % 11)) % 12], ' ' ORDER BY j) AS body
		FROM generate_series(1, 1200) i
			JOIN (VALUES (0, '{cat,dog,horse,cow,sheep,goat,pig,duck,goose,hen,rabbit,mouse}'::text[]),
				(1, '{pan,pot,spoon,fork,knife,oven,kettle,bowl,plate,cup,stove,ladle}'),
				(2, '{ship,sail,anchor,harbour,wave,tide,deck,mast,sailor,island,storm,reef}'),
				(3, '{rose,tulip,lawn,hedge,spade,rake,seed,soil,bulb,fern,moss,ivy}')) t (number, words) ON number = i % 4,
			generate_series(0, 7) j
		GROUP BY i;
CREATE TABLE more AS SELECT replace(body, 'cow', 'donkey') AS body FROM docs ORDER BY body LIMIT 600;

CREATE FUNCTION right_neighbours(word text, topic text[]) RETURNS bigint LANGUAGE sql AS
	$$ SELECT count(*) FROM wemb_most_similar(word, 5) m WHERE m.word = ANY (topic) $$;
CREATE VIEW right_of_20 AS SELECT
	right_neighbours('cat', '{dog,horse,cow,sheep,goat,pig,duck,goose,hen,rabbit,mouse}') +
	right_neighbours('spoon', '{pan,pot,fork,knife,oven,kettle,bowl,plate,cup,stove,ladle}') +
	right_neighbours('wave', '{ship,sail,anchor,harbour,tide,deck,mast,sailor,island,storm,reef}') +
	right_neighbours('moss', '{rose,tulip,lawn,hedge,spade,rake,seed,soil,bulb,fern,ivy}') AS right_ones;
CREATE VIEW training AS SELECT options -> 'training' AS options FROM wemb_models WHERE model = 'train_rnn.wemb_model';

-- As the tutorial has it.
SELECT count(*), bool_and(abs(vector_norm(vec) - 1) < 1e-6) AS unit_length
	FROM wemb_train('docs', 'body', 20, algorithm => 'rnn', max_vocab => 10000, loss => 'mse', optimizer => 'adam', epochs => 10);
SELECT right_ones >= 16 AS most FROM right_of_20;
-- Not all alike, nor nearly so: what squared error against the words' own vectors alone would end in.
SELECT vector_norm(avg(vec)) < 0.7 AS spread_out FROM wemb_model;
SELECT options - 'alpha' - 'min_alpha' AS options FROM training;
SELECT count(*), min(epoch), max(epoch), bool_and(loss > 0) AS has_loss FROM wemb_training_log();
SELECT a.loss > b.loss AS falls FROM wemb_training_log() a, wemb_training_log() b WHERE a.epoch = 1 AND b.epoch = 10;

-- Every cell with every optimizer.
CREATE FUNCTION try_all() RETURNS TABLE (cell text, optimizer text, good boolean, falls boolean) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	FOR cell, optimizer IN SELECT * FROM unnest('{elman,gru,lstm}'::text[]) c, unnest('{adam,adagrad,sgd}'::text[]) o LOOP
		PERFORM wemb_train('docs', 'body', 20, algorithm => 'rnn', cell => cell, optimizer => optimizer, epochs => 15);
		SELECT r.right_ones >= 14 INTO good FROM right_of_20 r;
		SELECT a.loss > b.loss INTO falls FROM wemb_training_log() a, wemb_training_log() b WHERE a.epoch = 1 AND b.epoch = 15;
		RETURN NEXT;
	END LOOP;
END $$;
SELECT * FROM try_all();

-- What is kept of the network: what goes into it for each word, output weights, and the cell in rows of as many numbers.
SELECT count(*) FROM wemb_train('docs', 'body', 20, algorithm => 'rnn', cell => 'lstm', epochs => 2);
SELECT part, count(*), min(id), count(DISTINCT data ->> 'word') AS words, bool_and(vector_dims(vec) = 20) AS dims, max(data ->> 'cell') AS cell
	FROM wemb_model_parts WHERE part IN ('input', 'output', 'network') GROUP BY part ORDER BY part COLLATE "C";

-- Stops when the loss has converged.
SELECT count(*) FROM wemb_train('docs', 'body', 20, algorithm => 'rnn', epochs => 500, tolerance => 0.05);
SELECT count(*) < 500 AS converged FROM wemb_training_log();

-- The same seed gives the same bytes; another seed, cell or optimizer others.
CREATE FUNCTION same(first text, second text) RETURNS TABLE (words bigint, same bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE a AS SELECT * FROM wemb_train(''docs'', ''body'', 20, algorithm => ''rnn'', epochs => 2, %s)', first);
	EXECUTE format('CREATE TABLE b AS SELECT * FROM wemb_train(''docs'', ''body'', 20, algorithm => ''rnn'', epochs => 2, %s)', second);
	RETURN QUERY SELECT count(*), count(*) FILTER (WHERE a.vec = b.vec) FROM a JOIN b USING (word, freq);
	DROP TABLE a, b;
END $$;
SELECT * FROM same('workers => 1', 'workers => 1');
SELECT * FROM same('workers => 1', 'workers => 1, seed => 2');
SELECT * FROM same('workers => 1', $$workers => 1, cell => 'gru'$$);
SELECT * FROM same('workers => 1', $$workers => 1, optimizer => 'adagrad'$$);
SELECT * FROM same('workers => 1', 'workers => 1, window_size => 2');
SELECT * FROM same('workers => 1', 'workers => 1, negative => 2');

-- Several processes; options at their limits; vectors as the network has them.
SELECT count(*) FROM wemb_train('docs', 'body', 20, algorithm => 'rnn', workers => 2, epochs => 10);
SELECT right_ones >= 14 AS most FROM right_of_20;
SELECT count(*) FROM wemb_train('docs', 'body', 1, algorithm => 'rnn', window_size => 1, negative => 1, sample => 0, epochs => 1, alpha => 1e-6, min_alpha => 0);
SELECT count(*) FROM wemb_train('docs', 'body', 1024, algorithm => 'rnn', cell => 'lstm', window_size => 16, negative => 63, epochs => 1, max_vocab => 3);
SELECT bool_or(abs(vector_norm(vec) - 1) > 1e-3) AS as_trained FROM wemb_train('docs', 'body', 20, algorithm => 'rnn', epochs => 1, unit_length => false);
SELECT count(*) FROM wemb_train_query($$VALUES ('one'), ('two words'), ('three more words')$$, 4, algorithm => 'rnn');

-- wemb_update() goes on with it: hardly anything moves in tiny steps, a new word finds its place.
SELECT count(*) FROM wemb_train('docs', 'body', 20, 'm', algorithm => 'rnn', cell => 'gru', epochs => 10, workers => 1);
CREATE TABLE before AS SELECT m.word, m.vec, l.loss FROM m, wemb_training_log('m') l WHERE l.epoch = 10;
SELECT count(*) FROM wemb_update('m', 'docs', 'body', epochs => 1, alpha => 1e-6, workers => 1);
SELECT bool_and(m.vec <=> b.vec < 1e-3) AS hardly_moved, bool_and(abs(l.loss / b.loss - 1) < 0.1) AS same_loss
	FROM m JOIN before b USING (word), wemb_training_log('m') l;
SELECT count(*) FROM wemb_update('m', 'more', 'body', epochs => 10, alpha => 0.005, workers => 1);
SELECT count(*) FILTER (WHERE word = ANY ('{cat,dog,horse,cow,sheep,goat,pig,duck,goose,hen,rabbit,mouse}')) >= 4 AS animals
	FROM wemb_most_similar('donkey', 5, 'm');
SELECT options -> 'training' ->> 'algorithm' AS algorithm, options -> 'training' ->> 'cell' AS cell FROM wemb_models WHERE model = 'train_rnn.m';

-- init: from a network of the same cell, from one of another, from a model without one; and the other way round.
-- Where there is another network in between, or none, vectors are others, but words are as near as they were.
SELECT count(*) FROM wemb_train('docs', 'body', 20, 'same_cell', algorithm => 'rnn', cell => 'gru', epochs => 1, alpha => 1e-6, init => 'm');
SELECT bool_and(s.vec <=> m.vec < 1e-3) AS taken_over FROM same_cell s JOIN m USING (word);
SELECT count(*) FROM wemb_train('docs', 'body', 20, 'other_cell', algorithm => 'rnn', cell => 'elman', epochs => 1, alpha => 1e-6, init => 'm');
SELECT bool_and(s.vec <=> m.vec < 1e-3) AS taken_over FROM other_cell s JOIN m USING (word);
SET wemb.model = 'other_cell';
SELECT right_ones >= 14 AS most FROM right_of_20;
SELECT count(*) FROM wemb_train('docs', 'body', 20, 'skipgram', max_n => 0, epochs => 5);
SELECT count(*) FROM wemb_train('docs', 'body', 20, 'from_skipgram', algorithm => 'rnn', epochs => 1, alpha => 1e-6, init => 'skipgram');
SET wemb.model = 'from_skipgram';
SELECT right_ones >= 14 AS most FROM right_of_20;
SELECT count(*) FROM wemb_train('docs', 'body', 20, 'from_rnn', max_n => 0, epochs => 1, alpha => 1e-6, init => 'm');
SET wemb.model = 'from_rnn';
SELECT right_ones >= 14 AS most FROM right_of_20;
RESET wemb.model;

-- A network that is not whole is not taken over.
DELETE FROM m_parts WHERE part = 'network' AND id = 3;
SELECT count(*) FROM wemb_update('m', 'more', 'body', epochs => 1);

-- wemb_tune_dimensions().
SELECT count(*), count(*) FILTER (WHERE neighbours > 0.6) AS good FROM wemb_tune_dimensions('docs', 'body', '{5,20}', algorithm => 'rnn', epochs => 10, cell => 'gru', optimizer => 'adagrad');

-- What goes together.
CREATE FUNCTION try(options text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT wemb_train(''docs'', ''body'', %s)', options);
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
SELECT * FROM try($$algorithm => 'rnn', loss => 'ns'$$);
SELECT * FROM try($$algorithm => 'rnn', loss => 'hinge'$$);
SELECT * FROM try($$loss => 'mse'$$);
SELECT * FROM try($$algorithm => 'cbow', loss => 'mse'$$);
SELECT * FROM try($$algorithm => 'svd', loss => 'mse'$$);
SELECT * FROM try($$algorithm => 'rnn', cell => 'transformer'$$);
SELECT * FROM try($$algorithm => 'rnn', optimizer => 'lbfgs'$$);
SELECT * FROM try($$cell => 'gru'$$);
SELECT * FROM try($$algorithm => 'glove', optimizer => 'adagrad'$$);
SELECT * FROM try($$algorithm => 'rnn', max_n => 3$$);
SELECT * FROM try($$algorithm => 'rnn', buckets => 1000$$);
SELECT * FROM try($$algorithm => 'rnn', window_size => 17$$);
SELECT * FROM try($$dimensions => 1025, algorithm => 'rnn'$$);
SELECT * FROM try($$algorithm => 'rnn', alpha => 0.001, min_alpha => 0.01$$);
SELECT * FROM try($$dimensions => 8, algorithm => 'rnn', max_n => 0, epochs => 1$$);
SET wemb.max_memory = '8MB';
SELECT state, detail FROM try($$dimensions => 1000, algorithm => 'rnn', workers => 1$$);
RESET wemb.max_memory;
\pset format aligned
\pset tuples_only off

RESET search_path;
DROP SCHEMA train_rnn CASCADE;
