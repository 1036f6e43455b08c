-- tune.sql: how many dimensions a text needs.      C: src/app/train/tune_dimensions.c
--
-- VOLATILE: two runs may differ.  PARALLEL UNSAFE: it has parallel workers of its
-- own.  Not STRICT: NULL means "chosen from the data".

CREATE FUNCTION wemb_tune_dimensions(
	source regclass,
	text_column name,
	dimensions integer[] DEFAULT '{25,50,100,200,300}',
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
	tolerance double precision DEFAULT NULL,
	workers integer DEFAULT NULL,
	seed bigint DEFAULT 1,
	optimizer text DEFAULT NULL,
	cell text DEFAULT NULL,
	max_tokens bigint DEFAULT NULL)
	RETURNS TABLE (
		dimensions integer,
		retrieval double precision,
		neighbours double precision,
		seconds double precision,
		bytes bigint,
		recommended boolean)
	AS 'MODULE_PATHNAME', 'wemb_tune_dimensions'
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION wemb_tune_dimensions(regclass, name, integer[], text, text, integer, integer, integer, integer, integer, double precision, double precision, double precision, integer, integer, integer, text, "any", double precision, integer, bigint, text, text, bigint)
	IS 'trains on most texts of a column with several dimensions, and judges each by the texts held out';
