-- Starting from a model, and going on with one.
SET client_min_messages = warning;
CREATE SCHEMA train_update;
SET search_path = train_update, public;
CREATE FUNCTION try(command text) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

-- Two topics: animals and kitchen.
CREATE TABLE docs (body text);
INSERT INTO docs SELECT string_agg((ARRAY['cat', 'dog', 'horse', 'cow', 'sheep', 'goat'])[1 + (i * 7 + j * j) % 6], ' ')
	FROM generate_series(1, 200) i, generate_series(1, 12) j GROUP BY i;
INSERT INTO docs SELECT string_agg((ARRAY['pot', 'pan', 'spoon', 'fork', 'knife', 'plate'])[1 + (i * 5 + j * j) % 6], ' ')
	FROM generate_series(1, 200) i, generate_series(1, 12) j GROUP BY i;
-- More of them, with words that are new.
CREATE TABLE more (body text);
INSERT INTO more SELECT string_agg((ARRAY['cat', 'dog', 'horse', 'donkey', 'mule', 'goat'])[1 + (i * 7 + j * j) % 6], ' ')
	FROM generate_series(1, 100) i, generate_series(1, 12) j GROUP BY i;

CREATE FUNCTION own_topic(model text, word text, others text[]) RETURNS boolean LANGUAGE sql SET search_path FROM CURRENT AS $$
	SELECT bool_and(word = ANY (others)) FROM (SELECT word FROM wemb_most_similar($2, 3, $1)) s $$;

SELECT count(*) FROM wemb_train('docs', 'body', 16, 'm', max_n => 0, epochs => 20);
SELECT own_topic('m', 'cat', ARRAY['dog', 'horse', 'cow', 'sheep', 'goat']);

-- The output weights and the lengths that the vectors had are kept.
SELECT count(*), min(id), max(id), bool_and(vector_dims(vec) = 16), bool_and((data ->> 'norm')::float8 > 0),
	count(DISTINCT data ->> 'word') FROM m_parts WHERE part = 'output';

-- wemb_update: new words come in, old ones keep their counts and their neighbours.
SELECT word, freq FROM wemb_update('m', 'more', 'body') ORDER BY word COLLATE "C";
SELECT model, words, texts, tokens FROM wemb_models WHERE model LIKE '%.m';
SELECT own_topic('m', 'mule', ARRAY['cat', 'dog', 'horse', 'cow', 'sheep', 'goat', 'donkey']);
SELECT own_topic('m', 'knife', ARRAY['pot', 'pan', 'spoon', 'fork', 'plate']);
SELECT options -> 'training' ->> 'window_size' AS window_size, options -> 'training' ->> 'epochs' AS epochs
	FROM wemb_models WHERE model LIKE '%.m';

-- Words that the new texts do not have stay where they were.
CREATE TABLE before AS SELECT word, vec FROM m;
SELECT count(*) FROM wemb_update('m', 'more', 'body', epochs => 3);
SELECT bool_and(m.vec <=> b.vec < 1e-6) AS unmoved
	FROM m JOIN before b USING (word) WHERE word IN ('pot', 'pan', 'spoon', 'fork', 'knife', 'plate');

-- It goes on where it was: the loss of the first epoch is below that of a fresh start.
SELECT count(*) FROM wemb_train('more', 'body', 16, 'fresh', max_n => 0, epochs => 3);
SELECT m.loss < f.loss AS lower FROM wemb_training_log('m') m JOIN wemb_training_log('fresh') f USING (epoch) WHERE epoch = 1;

-- The words' mean is subtracted in the end, where there are more words than dimensions ...
SELECT count(*) FROM wemb_train('docs', 'body', 4, 'c', min_n => 2, max_n => 3, epochs => 30);
SELECT vector_norm(avg(c.vec * array_fill((data ->> 'norm')::real, ARRAY[4])::vector)) < 1e-5 AS centred
	FROM c JOIN c_parts p ON p.part = 'output' AND p.data ->> 'word' = c.word;
SELECT count(*) FROM c_parts WHERE part = 'mean' AND vector_norm(vec) > 0.01;
-- ... added again before the model is gone on with, since the output weights know the vectors with it, and then is the same.
CREATE TABLE before_c AS SELECT c.word, c.vec, l.loss, p.vec AS mean
	FROM c, c_parts p, wemb_training_log('c') l WHERE part = 'mean' AND l.epoch = 30;
SELECT count(*) FROM wemb_update('c', 'docs', 'body', epochs => 1, alpha => 1e-6);
SELECT bool_and(abs(l.loss / b.loss - 1) < 0.02) AS same_loss, bool_and(c.vec <=> b.vec < 1e-4) AS hardly_moved,
	bool_and(p.vec = b.mean) AS same_mean
	FROM c JOIN before_c b USING (word), c_parts p, wemb_training_log('c') l WHERE part = 'mean';

-- A model with subwords, CBOW, hierarchical softmax.
SELECT count(*) FROM wemb_train('docs', 'body', 16, 's', epochs => 10, min_n => 2, max_n => 3);
CREATE TABLE before_s AS SELECT word, vec FROM s;
SELECT count(*) FROM wemb_update('s', 'more', 'body', epochs => 1, alpha => 1e-6);
SELECT bool_and(s.vec <=> b.vec < 1e-4) AS hardly_moved FROM s JOIN before_s b USING (word);
SELECT count(*) FROM wemb_train('docs', 'body', 16, 'h', algorithm => 'cbow', loss => 'hs', epochs => 10);
SELECT count(*) FROM wemb_update('h', 'more', 'body');
SELECT options -> 'training' ->> 'algorithm' AS algorithm, options -> 'training' ->> 'loss' AS loss
	FROM wemb_models WHERE model LIKE '%.h';

-- Vectors that are not scaled to length 1.
SELECT count(*) FROM wemb_train('docs', 'body', 16, 'u', max_n => 0, unit_length => false, epochs => 10);
CREATE TABLE before_u AS SELECT word, vec FROM u;
SELECT count(*) FROM wemb_update('u', 'more', 'body', epochs => 1, alpha => 1e-6);
SELECT bool_and(u.vec <-> b.vec < 1e-3) AS hardly_moved FROM u JOIN before_u b USING (word);

-- init: a new model starts from another one's words.
SELECT count(*) FROM wemb_train('more', 'body', 16, 'started', max_n => 0, epochs => 1, alpha => 1e-6, init => 'm');
SELECT bool_and(s.vec <=> m.vec < 1e-4) AS taken_over FROM started s JOIN m USING (word);
SELECT word FROM started ORDER BY word COLLATE "C";

-- What cannot be.
SELECT try($$SELECT wemb_train('docs', 'body', 10, 'other', init => 'm')$$);
SELECT try($$SELECT wemb_train('docs', 'body', 10, 'other', init => 'nothing')$$);
SELECT try($$SELECT wemb_update('nothing', 'more', 'body')$$);
SELECT try($$SELECT wemb_update('m', NULL, 'body')$$);
SELECT try($$SELECT wemb_update('m', 'more', NULL)$$);
SELECT try($$SELECT wemb_update('m', 'more', 'body', seed => NULL)$$);
SELECT try($$SELECT wemb_update('m', 'more', 'body', epochs => 0)$$);
SELECT try($$SELECT wemb_update('m', 'more', 'body', alpha => 2)$$);
SELECT try($$SELECT wemb_update('m', 'more', 'body', workers => 0)$$);
SELECT try($$SELECT wemb_update('m', 'more', 'no_column')$$);
CREATE TABLE empty (body text);
SELECT try($$SELECT wemb_update('m', 'empty', 'body')$$);
UPDATE m_parts SET data = jsonb_set(data, '{training,window_size}', '0') WHERE part = 'options';
SELECT try($$SELECT wemb_update('m', 'more', 'body')$$);
UPDATE m_parts SET data = jsonb_set(data, '{training,algorithm}', '"magic"') WHERE part = 'options';
SELECT try($$SELECT wemb_update('m', 'more', 'body')$$);
UPDATE m_parts SET data = data - 'training' WHERE part = 'options';
SELECT try($$SELECT wemb_update('m', 'more', 'body')$$);

-- A model made by hand, or changed: rows that do not fit are passed over.
UPDATE s_parts SET data = '{"word": "cat", "norm": "many"}' WHERE part = 'output' AND id = 0;
DELETE FROM s_parts WHERE part = 'output' AND id BETWEEN 1 AND 4;
UPDATE s_parts SET vec = '[1,2]' WHERE part = 'output' AND id = 5;
UPDATE s_parts SET vec = NULL, data = NULL WHERE part = 'output' AND id = 6;
DELETE FROM s WHERE word = 'pot';
SELECT count(*) FROM wemb_update('s', 'more', 'body', epochs => 1);

RESET search_path;
DROP SCHEMA train_update CASCADE;
