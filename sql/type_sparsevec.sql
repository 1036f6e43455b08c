-- The type sparsevec: text and binary form, type modifier, limits, storage.
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

-- Reading: white space, any order, zeros left out, all ways to write a number
SELECT to_json(literal), pg_temp.outcome(format('%L::sparsevec', literal))
FROM unnest(ARRAY[
	'{1:1.5,3:-2}/5',
	'{}/5',
	E' {\t1 :\n1.5 ,  3\r:\x0b-2\f} / 5 ',
	'{3:1,1:2,2:3}/3',
	'{1:0,2:-0,3:0.0e5,4:0x0p1,5:1}/5',
	'{+1:+1,02:.5,3:5.,4:1e3,5:1E-3,6:0x10}/+6',
	'{1:0.1,2:0.333333333333333333333333,3:16777217}/3',
	'{1:3.4028235e38,2:-3.4028235e38,3:1e-45}/3',
	'{1000000000:1}/1000000000'
]) WITH ORDINALITY AS t (literal, i) ORDER BY i;

-- Reading: every way to be refused
SELECT literal, pg_temp.outcome(format('%L::sparsevec', literal))
FROM unnest(ARRAY[
	'', ' ', '[1]', '1:1', '(1:1)/1',
	'{', '{ ', '{:', '{1', '{1:', '{1:1', '{1:1,', '{,}/1', '{1}/1', '{:1}/1', '{1:}/1', '{1:1,}/1', '{,1:1}/1', '{1:1,,2:1}/2', '{1:1 2:1}/2',
	'{a:1}/1', '{1a:1}/1', '{1.5:1}/1', '{1:a}/1', '{1:1a}/1', '{1:-}/1', '{1::1}/1', '{{1:1}/1',
	'{}', '{1:1}', '{1:1}5', '{1:1}:5', '{}/', '{}/ ', '{}/a', '{}/1a', '{}/1 2', '{}/1.5', '{}/1}',
	'{1:NaN}/1', '{1:inf}/1', '{1:1,2:-Infinity}/2',
	'{1:4e38}/1', '{1: -1e400 }/1', '{1:1e-46}/1', '{1:-0.5e-400}/1', '{1:1e39,x}/1', '{x,1:1e39}/1',
	'{}/0', '{}/-1', '{}/1000000001', '{}/2147483648', '{}/99999999999999999999', '{}/-99999999999999999999',
	'{0:1}/1', '{-1:1}/1', '{2:1}/1', '{2147483647:1}/1', '{2147483648:1}/1', '{-2147483648:1}/1', '{99999999999999999999:1}/1', '{9:1}/0',
	'{1:1,1:1}/2', '{1:1,2:1,1:2}/2', '{3:1,1:1,1:1}/2'
]) WITH ORDINALITY AS t (literal, i) ORDER BY i;
-- an index of a zero is not looked at, since nothing is stored there
SELECT '{9:0,1:0,1:1}/1'::sparsevec;

-- Writing: as few digits as read back the same
SELECT '{1:0.1,2:1234567,3:12345678,4:0.0001,5:0.00001,6:1.5e38,7:-1.5e-38}/9'::sparsevec;
SELECT bool_and(v::text::sparsevec = v) AS reads_back
FROM generate_series(1, 500) i, LATERAL (SELECT ARRAY[sin(i), 0, exp(i % 88), 0, 1.0 / i]::sparsevec AS v) s;

-- From PostgreSQL 16 on, whoever asks softly is answered softly: an error would end the query
CREATE FUNCTION pg_temp.is_valid(literal text, type text) RETURNS boolean LANGUAGE sql
	AS $$ SELECT pg_temp.outcome(format('%L::%s', literal, type)) !~ '^[0-9P]{5}: ' $$;
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'pg_input_is_valid' ELSE 'pg_temp.is_valid' END AS is_valid \gset
SELECT literal, type, :is_valid(literal, type) AS valid
FROM (VALUES ('{1:1}/2', 'sparsevec'), ('x', 'sparsevec'), ('{1:x}/2', 'sparsevec'), ('{1:1}/2x', 'sparsevec'), ('{1:1}/0', 'sparsevec'),
	('{}/1000000001', 'sparsevec'), ('{1:NaN}/1', 'sparsevec'), ('{1:4e38}/1', 'sparsevec'), ('{2:1}/1', 'sparsevec'), ('{1:1,1:1}/2', 'sparsevec'),
	('{1:1}/2', 'sparsevec(2)'), ('{1:1}/2', 'sparsevec(3)')) t (literal, type);
SELECT :is_valid('{' || repeat('1:1,', 16000) || '1:1}/20000', 'sparsevec') AS valid;

-- Type modifier
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''{1:1}/3''::sparsevec(3)', '''{1:1}/3''::sparsevec(2)', '''{1:1}/3''::sparsevec(4)', '''{9:1}/3''::sparsevec(4)', '''{x}''::sparsevec(4)',
	'''{}/1''::sparsevec(0)', '''{}/1''::sparsevec(-1)', '''{}/1''::sparsevec(1000000000)', '''{}/1''::sparsevec(1000000001)',
	'''{}/1''::sparsevec(1, 2)', '''{}/1''::sparsevec(''a'')'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;
CREATE TABLE vectors (id int, v sparsevec(3));
SELECT format_type(atttypid, atttypmod), attstorage FROM pg_attribute WHERE attrelid = 'vectors'::regclass AND attname = 'v';
INSERT INTO vectors VALUES (1, '{1:1,2:2,3:3}/3'), (2, NULL), (3, '{2:-1e-45,3:3.4028235e38}/3'), (4, '{}/3');
INSERT INTO vectors VALUES (5, '{1:1}/2');
INSERT INTO vectors SELECT 5, v FROM (VALUES ('{1:1}/4'::sparsevec)) t (v);
ALTER TABLE vectors ALTER v TYPE sparsevec(4);
ALTER TABLE vectors ALTER v TYPE sparsevec;
ALTER TABLE vectors ALTER v TYPE sparsevec(3);
COPY vectors TO stdout;

-- Limits.  Zeros count in text: the elements are limited before they are read.
SELECT n, pg_temp.outcome(format('left((''{'' || (SELECT string_agg(i || '':1'', '','') FROM generate_series(1, %s) i) || ''}/20000'')::sparsevec::text, 12)', n))
FROM unnest(ARRAY[15999, 16000, 16001]) n;
SELECT pg_temp.outcome('(''{'' || repeat(''1:0,'', 15999) || ''1:1}/1'')::sparsevec');
SELECT pg_temp.outcome('(''{'' || repeat(''1:0,'', 16000) || ''x'')::sparsevec');

-- Layout: pgvector's, on disk and over the wire
SELECT sparsevec_send('{1:1,3:-2}/5'), sparsevec_send('{}/1000000000');
SELECT n, pg_column_size(array_fill(1, ARRAY[n])::sparsevec) AS bytes FROM unnest(ARRAY[1, 50, 16000]) n;
SELECT typlen, typalign, typstorage, typcategory, typsend, typreceive FROM pg_type WHERE oid = 'sparsevec'::regtype;

-- Binary COPY there and back
CREATE TABLE copied (LIKE vectors);
\copy vectors TO 'results/sparsevec.bin' (FORMAT binary)
\copy copied FROM 'results/sparsevec.bin' (FORMAT binary)
SELECT count(*), bool_and(vectors.v IS NOT DISTINCT FROM copied.v) AS same FROM vectors JOIN copied USING (id);

-- Binary form, damaged: dimensions, elements, zero, indices, values.  Bytes sent as bytea arrive as they are.
CREATE TABLE received (v sparsevec);
CREATE TABLE received_two (v sparsevec(2));
\copy (SELECT '\x0000000500000002000000000000000000000004400000003f800000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy received_two FROM 'results/sparsevec.bin' (FORMAT binary)
SELECT * FROM received;
-- no dimensions, fewer than none, more than allowed
\copy (SELECT '\x000000000000000000000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\xffffffff0000000000000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x3b9aca010000000000000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
-- fewer elements than none, more than allowed, more than dimensions, the largest integer
\copy (SELECT '\x00000005ffffffff00000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x0000ffff00003e8100000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x000000010000000200000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x3b9aca007fffffff00000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
-- the reserved field is not zero
\copy (SELECT '\x000000050000000000000001'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
-- an index below the first, beyond the last, out of order, twice
\copy (SELECT '\x000000050000000100000000ffffffff3f800000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x000000050000000100000000000000053f800000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x0000000500000002000000000000000200000001400000003f800000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x0000000500000002000000000000000200000002400000003f800000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
-- NaN, infinity, zero, negative zero
\copy (SELECT '\x000000050000000100000000000000007fc00000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x00000005000000010000000000000000ff800000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x0000000500000001000000000000000000000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x0000000500000001000000000000000080000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
-- cut off in the head, in the indices, in the values; one byte too many; nothing at all
\copy (SELECT '\x00000005000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x00000005000000020000000000000000000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x000000050000000200000000000000000000000440000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x00000005000000000000000000'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
\copy (SELECT '\x'::bytea) TO 'results/sparsevec.bin' (FORMAT binary)
\copy received FROM 'results/sparsevec.bin' (FORMAT binary)
SELECT count(*) FROM received;

-- Out of line, inline and packed behind a short header: all read alike
CREATE TABLE stored (n int, v sparsevec);
INSERT INTO stored SELECT n, array_fill(n, ARRAY[n])::sparsevec FROM unnest(ARRAY[1, 13, 14, 15, 200, 300, 16000]) n;
SELECT n, abs(l2_norm(v) - n * sqrt(n)) < 0.01 AS right_norm, v <-> v AS distance, length(sparsevec_send(v)) FROM stored ORDER BY n;
SELECT pg_relation_size(reltoastrelid) > 120000 AS out_of_line FROM pg_class WHERE oid = 'stored'::regclass;

DROP TABLE vectors, copied, received, received_two, stored;
