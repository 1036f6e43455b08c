-- train.sql: from texts to a model.                        C: src/app/train/train.c
--
-- VOLATILE and PARALLEL UNSAFE: they write tables.  Not STRICT: NULL means
-- "chosen from the data".

CREATE FUNCTION wemb_train(
	source regclass,
	text_column name,
	dimensions integer DEFAULT 100,
	model text DEFAULT NULL,
	algorithm text DEFAULT 'skipgram',
	loss text DEFAULT NULL,
	window_size integer DEFAULT NULL,
	negative integer DEFAULT NULL,
	epochs integer DEFAULT NULL,
	min_count integer DEFAULT NULL,
	max_vocab integer DEFAULT NULL,
	sample double precision DEFAULT NULL,
	alpha double precision DEFAULT NULL,
	min_alpha double precision DEFAULT NULL,
	min_n integer DEFAULT NULL,
	max_n integer DEFAULT NULL,
	buckets integer DEFAULT NULL,
	tokenizer text DEFAULT NULL,
	phrases "any" DEFAULT NULL,
	init text DEFAULT NULL,
	tolerance double precision DEFAULT NULL,
	unit_length boolean DEFAULT true,
	workers integer DEFAULT NULL,
	seed bigint DEFAULT 1,
	optimizer text DEFAULT NULL,
	cell text DEFAULT NULL)
	RETURNS TABLE (word text, freq bigint, vec vector)
	AS 'MODULE_PATHNAME', 'wemb_train'
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10000;
COMMENT ON FUNCTION wemb_train(regclass, name, integer, text, text, text, integer, integer, integer, integer, integer, double precision, double precision, double precision, integer, integer, integer, text, "any", text, double precision, boolean, integer, bigint, text, text)
	IS 'trains word embeddings on a text column, keeps them as a model, and returns its words';

CREATE FUNCTION wemb_train_query(
	query text,
	dimensions integer DEFAULT 100,
	model text DEFAULT NULL,
	algorithm text DEFAULT 'skipgram',
	loss text DEFAULT NULL,
	window_size integer DEFAULT NULL,
	negative integer DEFAULT NULL,
	epochs integer DEFAULT NULL,
	min_count integer DEFAULT NULL,
	max_vocab integer DEFAULT NULL,
	sample double precision DEFAULT NULL,
	alpha double precision DEFAULT NULL,
	min_alpha double precision DEFAULT NULL,
	min_n integer DEFAULT NULL,
	max_n integer DEFAULT NULL,
	buckets integer DEFAULT NULL,
	tokenizer text DEFAULT NULL,
	phrases "any" DEFAULT NULL,
	init text DEFAULT NULL,
	tolerance double precision DEFAULT NULL,
	unit_length boolean DEFAULT true,
	workers integer DEFAULT NULL,
	seed bigint DEFAULT 1,
	optimizer text DEFAULT NULL,
	cell text DEFAULT NULL)
	RETURNS TABLE (word text, freq bigint, vec vector)
	AS 'MODULE_PATHNAME', 'wemb_train_query'
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10000;
COMMENT ON FUNCTION wemb_train_query(text, integer, text, text, text, integer, integer, integer, integer, integer, double precision, double precision, double precision, integer, integer, integer, text, "any", text, double precision, boolean, integer, bigint, text, text)
	IS 'trains word embeddings on the texts that a query returns, keeps them as a model, and returns its words';

CREATE FUNCTION wemb_update(
	model text,
	source regclass,
	text_column name,
	epochs integer DEFAULT NULL,
	alpha double precision DEFAULT NULL,
	workers integer DEFAULT NULL,
	seed bigint DEFAULT 1)
	RETURNS TABLE (word text, freq bigint, vec vector)
	AS 'MODULE_PATHNAME', 'wemb_update'
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10000;
COMMENT ON FUNCTION wemb_update(text, regclass, name, integer, double precision, integer, bigint)
	IS 'goes on training a model with the texts of a column, and returns all its words';
