-- What each option of wemb_train() does.
SET client_min_messages = warning;
CREATE SCHEMA train_options;
SET search_path = train_options, public;
CREATE TABLE docs (body text);
INSERT INTO docs SELECT 'the cat sat on the mat' FROM generate_series(1, 10);
INSERT INTO docs SELECT 'a dog and the cat' FROM generate_series(1, 5);
INSERT INTO docs VALUES ('once upon a time');

-- model: its name, with or without a schema.
SELECT count(*) FROM wemb_train('docs', 'body', 8, 'pets');
SELECT count(*) FROM wemb_train('docs', 'body', 8, model => 'train_options."Other Pets"');
SET wemb.model = 'pets_by_setting';
SELECT count(*) FROM wemb_train('docs', 'body', 8);
RESET wemb.model;
SELECT model, words, dimensions, tokenizer, tokens, texts FROM wemb_models WHERE model LIKE 'train\_options.%' ORDER BY model COLLATE "C";

-- min_count and max_vocab: which words are kept.
SELECT word, freq FROM wemb_train('docs', 'body', 8, min_count => 1);
SELECT word, freq FROM wemb_train('docs', 'body', 8, min_count => 5);
SELECT word, freq FROM wemb_train('docs', 'body', 8, min_count => 1, max_vocab => 3);

-- dimensions: from 1 to 16000.
SELECT DISTINCT vector_dims(vec) FROM wemb_train('docs', 'body');
SELECT DISTINCT vector_dims(vec) FROM wemb_train('docs', 'body', 1);
SELECT DISTINCT vector_dims(vec) FROM wemb_train('docs', 'body', 16000, epochs => 1, max_n => 0);

-- unit_length: whether vectors keep the length that training gave them.
SELECT bool_and(abs(vector_norm(vec) - 1) < 1e-6) FROM wemb_train('docs', 'body', 8, unit_length => true);
SELECT bool_or(abs(vector_norm(vec) - 1) > 1e-3) FROM wemb_train('docs', 'body', 8, unit_length => false);

-- seed: the same one gives the same bytes, another one others.
CREATE TABLE first AS SELECT * FROM wemb_train('docs', 'body', 8, seed => 7);
SELECT count(*) = (SELECT count(*) FROM first) AS same
	FROM wemb_train('docs', 'body', 8, seed => 7) t JOIN first f USING (word) WHERE t.vec = f.vec;
SELECT count(*) AS same
	FROM wemb_train('docs', 'body', 8, seed => 8) t JOIN first f USING (word) WHERE t.vec = f.vec;

-- tokenizer: Unicode words by default; whitespace; a text search configuration.
INSERT INTO docs VALUES ('The Cats'' toys, and DOGS!');
SELECT word FROM wemb_train('docs', 'body', 8, min_count => 1) ORDER BY word COLLATE "C";
SELECT word FROM wemb_train('docs', 'body', 8, min_count => 1, tokenizer => 'whitespace') ORDER BY word COLLATE "C";
SELECT word FROM wemb_train('docs', 'body', 8, min_count => 1, tokenizer => 'english') ORDER BY word COLLATE "C";
SELECT tokenizer FROM wemb_models WHERE model = 'train_options.wemb_model';
SELECT wemb('sitting dogs') IS NOT NULL AS stemmed, wemb('of the') IS NULL AS only_stop_words;

-- phrases: words that often stand together become one; twice, for longer ones.
CREATE TABLE cities (body text);
INSERT INTO cities SELECT 'new york city is ' || string_agg((ARRAY['red', 'big', 'old', 'far', 'wet'])[1 + (i * j) % 5], ' ')
	FROM generate_series(1, 60) i, generate_series(1, 6) j GROUP BY i;
INSERT INTO cities SELECT string_agg('w' || (i * 7 + j) % 997, ' ') FROM generate_series(1, 300) i, generate_series(1, 60) j GROUP BY i;
SELECT word, freq FROM wemb_train('cities', 'body', 8, min_count => 20, max_n => 0, phrases => true)
	WHERE word ~ '^(new|york|city|is)' ORDER BY word COLLATE "C";
SELECT word, freq FROM wemb_train('cities', 'body', 8, min_count => 20, max_n => 0, phrases => 2)
	WHERE word ~ '^(new|york|city|is)' ORDER BY word COLLATE "C";
SELECT count(*) FROM wemb_train('cities', 'body', 8, min_count => 20, max_n => 0, phrases => false) WHERE word LIKE '%\_%';
SELECT count(*) FROM wemb_train('cities', 'body', 8, min_count => 20, max_n => 0, phrases => 0) WHERE word LIKE '%\_%';

-- Other scripts.
CREATE TABLE world (body text);
INSERT INTO world VALUES ('Straße STRASSE Ärger'), ('Ελλάδα ΟΔΟΣ'), ('Москва МОСКВА'), ('数据库和文件系统'), ('東京都に住む'), ('ภาษาไทย');
SELECT word, freq FROM wemb_train('world', 'body', 8, min_count => 1) ORDER BY word COLLATE "C";

-- Subwords: vectors for words never seen, unless max_n is 0.
SELECT count(*) FROM wemb_train('docs', 'body', 8);
SELECT wemb('catlike') IS NOT NULL AS has_vector;
SELECT part, count(*) > 0 AS rows FROM wemb_model_parts GROUP BY part ORDER BY part COLLATE "C";
SELECT count(*) FROM wemb_train('docs', 'body', 8, max_n => 0);
SELECT wemb('catlike') IS NOT NULL AS has_vector;
SELECT part, count(*) > 0 AS rows FROM wemb_model_parts GROUP BY part ORDER BY part COLLATE "C";
SELECT count(*) FROM wemb_train('docs', 'body', 8, min_n => 2, max_n => 4, buckets => 100);
SELECT count(*), min(id), max(id) FROM wemb_model_parts WHERE part = 'subword';

-- window_size, negative, sample, alpha, min_alpha and epochs, at their limits.
SELECT count(*) FROM wemb_train('docs', 'body', 8, window_size => 1, negative => 1, sample => 0, alpha => 1e-6, min_alpha => 0, epochs => 1);
SELECT count(*) FROM wemb_train('docs', 'body', 8, window_size => 1000, negative => 63, sample => 1, alpha => 0.1, min_alpha => 0.1, epochs => 30);
SELECT count(*), min(data ->> 'epoch'), bool_and((data ->> 'loss')::float8 > 0) FROM wemb_model_parts WHERE part = 'log';
SELECT options -> 'training' ->> 'window_size' AS window_size, options -> 'training' ->> 'negative' AS negative
	FROM wemb_models WHERE model = 'train_options.wemb_model';

-- The loss falls.
SELECT count(*) FROM wemb_train('docs', 'body', 8, epochs => 40, sample => 0, alpha => 0.1);
SELECT a.data -> 'loss' > b.data -> 'loss' AS falls FROM wemb_model_parts a, wemb_model_parts b
	WHERE a.part = 'log' AND a.id = 1 AND b.part = 'log' AND b.id = 40;

RESET search_path;
DROP SCHEMA train_options CASCADE;
