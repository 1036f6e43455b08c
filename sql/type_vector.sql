-- The type vector: text and binary form, type modifier, limits, storage.
\set SHOW_CONTEXT never

-- What an expression gives: its value, or the error with code and detail.
CREATE FUNCTION pg_temp.outcome(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	EXECUTE 'SELECT (' || expression || ')::text' INTO result;
	RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ': ' || SQLERRM || coalesce(' (' || nullif(detail, '') || ')', '');
END
$$;

-- Reading: white space, all ways to write a number, rounding to the nearest float (not by way of the nearest double:
-- 32.49391746520996 is below the middle of two floats by less than a double can tell)
SELECT to_json(literal), pg_temp.outcome(format('%L::vector', literal))
FROM unnest(ARRAY[
	'[1,2,3]',
	' [ 1,  -2 ,    +3  ] ',
	E'\t[\n1\r,\x0b2\f]\n',
	'[0,-0,00.50,.5,5.]',
	'[1e3,1E-3,-1.5e+2]',
	'[0x10,0x1p-2]',
	'[0.1,0.333333333333333333333333]',
	'[16777217,16777219]',
	'[32.49391746520996,6.83322548866272]',
	'[1.00000005960464477539062500,1.00000005960464477539062501]',
	'[12345678901234567890123]',
	'[3.4028235e38,-3.4028235e38]',
	'[1.17549435e-38,1e-45,-1e-46,1e-400]'
]) WITH ORDINALITY AS t (literal, i) ORDER BY i;

-- Reading: every way to be refused
SELECT literal, pg_temp.outcome(format('%L::vector', literal))
FROM unnest(ARRAY[
	'', ' ', '1,2,3', '(1,2)', '{1}',
	'[', '[1', '[1,', '[1,]', '[,1]', '[1,,2]', '[1 2]', '[1;2]', '[[1]]',
	'[a]', '[1a]', '[1e]', '[-]', '[.]', '[--1]', '[1.2.3]', '[1_000]',
	'[1]]', '[1] x', '[1,2]9',
	'[]', '[ ]', '[]x',
	'[NaN]', '[nan,x]', '[1,Infinity]', '[-inf]',
	'[4e38]', '[1, -4e38 ]', '[3.4028236e38]', '[1e400]', '[1e39,x]', '[x,1e39]'
]) WITH ORDINALITY AS t (literal, i) ORDER BY i;

-- Writing: as few digits as read back the same
SELECT '[0.1,1234567,12345678,0.0001,0.00001,1.5e38,-1.5e-38]'::vector;
SELECT bool_and(v::text::vector = v) AS reads_back
FROM generate_series(1, 500) i, LATERAL (SELECT ARRAY[sin(i), exp(i % 88), 1.0 / i]::vector AS v) s;

-- From PostgreSQL 16 on, whoever asks softly is answered softly: an error would end the query
CREATE FUNCTION pg_temp.is_valid(literal text, type text) RETURNS boolean LANGUAGE sql
	AS $$ SELECT pg_temp.outcome(format('%L::%s', literal, type)) !~ '^[0-9P]{5}: ' $$;
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'pg_input_is_valid' ELSE 'pg_temp.is_valid' END AS is_valid \gset
SELECT literal, type, :is_valid(literal, type) AS valid
FROM (VALUES ('[1,2]', 'vector'), ('x', 'vector'), ('[1,x]', 'vector'), ('[1]x', 'vector'), ('[]', 'vector'), ('[1,NaN]', 'vector'),
	('[4e38]', 'vector'), ('[1,2]', 'vector(2)'), ('[1,2]', 'vector(3)')) t (literal, type);
SELECT :is_valid('[' || repeat('1,', 16000) || '1]', 'vector') AS valid;

-- Type modifier
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[1,2,3]''::vector(3)', '''[1,2,3]''::vector(2)', '''[1,2,3]''::vector(4)', '''[x]''::vector(4)',
	'''[1]''::vector(0)', '''[1]''::vector(-1)', '''[1]''::vector(16000)', '''[1]''::vector(16001)',
	'''[1]''::vector(1, 2)', '''[1]''::vector(''a'')'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;
CREATE TABLE vectors (id int, v vector(3));
SELECT format_type(atttypid, atttypmod), attstorage FROM pg_attribute WHERE attrelid = 'vectors'::regclass AND attname = 'v';
INSERT INTO vectors VALUES (1, '[1,2,3]'), (2, NULL), (3, '[-0.5,1e-45,3.4028235e38]');
INSERT INTO vectors VALUES (4, '[1,2]');
INSERT INTO vectors SELECT 4, v FROM (VALUES ('[1,2,3,4]'::vector)) t (v);
ALTER TABLE vectors ALTER v TYPE vector(4);
ALTER TABLE vectors ALTER v TYPE vector;
ALTER TABLE vectors ALTER v TYPE vector(3);
SELECT * FROM vectors ORDER BY id;
COPY vectors TO stdout;

-- Limits
SELECT n, pg_temp.outcome(format('vector_dims((''['' || repeat(''1,'', %s - 1) || ''1]'')::vector)', n))
FROM unnest(ARRAY[1, 2, 15999, 16000, 16001, 100000]) n;
-- the first fault counts: 16000 good numbers before a bad one are too many already
SELECT pg_temp.outcome('(''['' || repeat(''1,'', 16000) || ''x]'')::vector');

-- Layout: pgvector's, on disk and over the wire
SELECT vector_send('[1,-2,0.5]');
SELECT dim, pg_column_size(array_fill(1, ARRAY[dim])::vector) AS bytes FROM unnest(ARRAY[1, 50, 16000]) dim;
SELECT typlen, typalign, typstorage, typcategory, typsend, typreceive FROM pg_type WHERE oid = 'vector'::regtype;

-- Binary COPY there and back
CREATE TABLE copied (LIKE vectors);
\copy vectors TO 'results/vector.bin' (FORMAT binary)
\copy copied FROM 'results/vector.bin' (FORMAT binary)
SELECT count(*), bool_and(vectors.v IS NOT DISTINCT FROM copied.v) AS same FROM vectors JOIN copied USING (id);

-- Binary form, damaged.  Bytes sent as bytea arrive as they are.
CREATE TABLE received (v vector);
CREATE TABLE received_two (v vector(2));
\copy (SELECT '\x0002000040000000bf000000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
\copy received_two FROM 'results/vector.bin' (FORMAT binary)
SELECT * FROM received UNION ALL SELECT * FROM received_two;
-- no elements, fewer than none, more than allowed
\copy (SELECT '\x00000000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
\copy (SELECT '\xffff0000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
\copy (SELECT '\x3e810000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
-- the reserved field is not zero
\copy (SELECT '\x000100013f800000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
-- NaN, infinity
\copy (SELECT '\x000200003f8000007fc00000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
\copy (SELECT '\x00010000ff800000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
-- cut off in the head, cut off in the elements, one byte too many
\copy (SELECT '\x0001'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
\copy (SELECT '\x000200003f8000003f80'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
\copy (SELECT '\x000100003f80000000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received FROM 'results/vector.bin' (FORMAT binary)
-- not what the column holds
\copy (SELECT '\x000100003f800000'::bytea) TO 'results/vector.bin' (FORMAT binary)
\copy received_two FROM 'results/vector.bin' (FORMAT binary)
SELECT count(*) FROM received;

-- Out of line, inline and packed behind a short header: all read alike
CREATE TABLE stored (dim int, v vector);
INSERT INTO stored SELECT dim, array_fill(dim, ARRAY[dim])::vector FROM unnest(ARRAY[1, 29, 30, 31, 400, 600, 16000]) dim;
SELECT dim, vector_dims(v), abs((v <-> array_fill(0, ARRAY[dim])::vector) - dim * sqrt(dim)) < 0.01 AS right_distance, pg_column_size(v)
FROM stored WHERE dim <> 16000 ORDER BY dim;
SELECT vector_dims(v), abs(vector_norm(v) - 16000 * sqrt(16000)) < 0.01 AS right_norm, left(v::text, 20), length(vector_send(v)) FROM stored WHERE dim = 16000;
SELECT pg_relation_size(reltoastrelid) > 60000 AS out_of_line FROM pg_class WHERE oid = 'stored'::regclass;

DROP TABLE vectors, copied, received, received_two, stored;
