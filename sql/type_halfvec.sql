-- The type halfvec where it differs from vector: rounding, range, storage, conversions.  The code is shared, see type_vector.
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

-- Reading: the nearest half, halfway the even one, down to 2^-24; never infinite by rounding
SELECT to_json(literal), pg_temp.outcome(format('%L::halfvec', literal))
FROM unnest(ARRAY[
	'[1,2,3]', E' [ 1,\t-2 ,\n+3 ] ', '[0,-0]', '[0.1,0.333333333,1e-3]',
	'[2047,2048,2049,2050,2051]', '[1.00048828125,1.0014648437500,1.000488281251]',
	'[65504,-65504,65519.99,-65519]', '[65520]', '[1,-65520,x]', '[1e39]', '[1e400]',
	'[6.103515625e-05,6.1e-05,6.09755516e-05]', '[5.9604644775390625e-08,2.98023223876953125e-08,2.9802324e-08,-2.98023224e-08,8.9406967e-08]', '[1e-45,-1e-400]',
	'[NaN]', '[1,Infinity]', '[-inf]',
	'', '1', '[', '[1', '[1,', '[]', '[1,,2]', '[a]', '[1] x'
]) WITH ORDINALITY AS t (literal, i) ORDER BY i;

-- All finite halves: text and binary form read back
CREATE TABLE halves AS
	SELECT i, CASE WHEN i >> 10 = 0 THEN (i & 1023) * 2::float8 ^ -24 ELSE ((i & 1023) + 1024) * 2::float8 ^ ((i >> 10) - 25) END AS meaning
	FROM generate_series(0, 31743) i;
SELECT count(*), bool_and(halfvec_send(ARRAY[meaning, -meaning]::halfvec) = '\x00020000'::bytea || decode(lpad(to_hex(i), 4, '0') || to_hex(i + 32768), 'hex')) AS bits,
	bool_and(ARRAY[meaning]::halfvec::text::halfvec::real[] = ARRAY[meaning::real]) AS reads_back
FROM halves WHERE i > 0;
-- numbers between two halves go to the nearer one
SELECT bool_and(halfvec_send(ARRAY[middle * (1 - 1e-6)]::halfvec) = below) AS below, bool_and(halfvec_send(ARRAY[middle * (1 + 1e-6)]::halfvec) = above) AS above,
	bool_and(halfvec_send(ARRAY[middle]::halfvec) = CASE WHEN i % 2 = 0 THEN below ELSE above END) AS even
FROM (SELECT i, (meaning + next) / 2 AS middle, halfvec_send(ARRAY[meaning]::halfvec) AS below, halfvec_send(ARRAY[next]::halfvec) AS above
	FROM (SELECT i, meaning, lead(meaning) OVER (ORDER BY i) AS next FROM halves) n WHERE next IS NOT NULL) s;

-- Type modifier, limits
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[1,2,3]''::halfvec(3)', '''[1,2,3]''::halfvec(2)', '''[1]''::halfvec(0)', '''[1]''::halfvec(16000)', '''[1]''::halfvec(16001)', '''[1]''::halfvec(1, 2)',
	'vector_dims(array_fill(0, ARRAY[16000])::halfvec)', 'array_fill(0, ARRAY[16001])::halfvec', 'vector_dims((''['' || repeat(''1,'', 16000) || ''1]'')::halfvec)'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- Layout: pgvector's, on disk and over the wire
SELECT dim, pg_column_size(array_fill(1, ARRAY[dim])::halfvec) AS bytes FROM unnest(ARRAY[1, 50, 16000]) dim;
SELECT typlen, typalign, typstorage, typcategory, typsend, typreceive FROM pg_type WHERE oid = 'halfvec'::regtype;
CREATE TABLE stored (dim int, h halfvec);
INSERT INTO stored SELECT dim, array_fill(dim, ARRAY[dim])::halfvec FROM unnest(ARRAY[1, 58, 59, 60, 61, 800, 1200, 16000]) dim;
SELECT dim, vector_dims(h), (h <-> array_fill(0, ARRAY[dim])::halfvec)::numeric(12,0) AS distance, pg_column_size(h) FROM stored ORDER BY dim;
CREATE TABLE copied (LIKE stored);
\copy stored TO 'results/halfvec.bin' (FORMAT binary)
\copy copied FROM 'results/halfvec.bin' (FORMAT binary)
SELECT count(*), bool_and(stored.h = copied.h) AS same FROM stored JOIN copied USING (dim);

-- Binary form: a good one, infinity, NaN, the reserved field, cut off, another length
CREATE TABLE received (h halfvec(1));
\copy (SELECT '\x000100003c00'::bytea) TO 'results/halfvec.bin' (FORMAT binary)
\copy received FROM 'results/halfvec.bin' (FORMAT binary)
\copy (SELECT '\x000100007c00'::bytea) TO 'results/halfvec.bin' (FORMAT binary)
\copy received FROM 'results/halfvec.bin' (FORMAT binary)
\copy (SELECT '\x00010000fe01'::bytea) TO 'results/halfvec.bin' (FORMAT binary)
\copy received FROM 'results/halfvec.bin' (FORMAT binary)
\copy (SELECT '\x000100013c00'::bytea) TO 'results/halfvec.bin' (FORMAT binary)
\copy received FROM 'results/halfvec.bin' (FORMAT binary)
\copy (SELECT '\x000100003c'::bytea) TO 'results/halfvec.bin' (FORMAT binary)
\copy received FROM 'results/halfvec.bin' (FORMAT binary)
\copy (SELECT '\x000200003c003c00'::bytea) TO 'results/halfvec.bin' (FORMAT binary)
\copy received FROM 'results/halfvec.bin' (FORMAT binary)
SELECT * FROM received;

-- From vector and arrays: a number that only rounding would make infinite is out of range, and the first one is named
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[1,0.1,65519]''::vector::halfvec', '''[1,65520,1e38]''::vector::halfvec', '''[1,2]''::vector::halfvec(3)',
	'''[1,0.1]''::halfvec::vector', '''[1,2]''::halfvec::vector(2)', '''[1,2]''::halfvec::vector(1)',
	'''{1,65519}''::int[]::halfvec', '''{1,65520}''::int[]::halfvec', '''{1,-70000.5}''::real[]::halfvec', '''{1e39}''::float8[]::halfvec', '''{NaN,70000}''::float8[]::halfvec',
	'''{0.1,1e-8}''::numeric[]::halfvec', '''{70000,1e-46}''::numeric[]::halfvec', '''{1,NULL}''::int[]::halfvec', '''{{1}}''::int[]::halfvec', '''{}''::real[]::halfvec',
	'''[1.5,0.1]''::halfvec::real[]', '''[1.5,0.1]''::halfvec::float8[]', '''[1.5,2.5,-65504]''::halfvec::int[]', 'NULL::vector::halfvec'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;
-- every length, and there and back
SELECT bool_and(v::halfvec::vector::halfvec = v::halfvec) AS back, bool_and(v::halfvec = v::real[]::halfvec) AS same, max((v <-> v::halfvec::vector) / vector_norm(v)) < 2::float8 ^ -11 AS near
FROM generate_series(1, 140) n, LATERAL (SELECT array_agg(sin(k * n))::vector AS v FROM generate_series(1, n) k) s;

SELECT castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext
FROM pg_cast WHERE 'halfvec'::regtype IN (castsource, casttarget) AND 'sparsevec' NOT IN (castsource::regtype::text, casttarget::regtype::text)
ORDER BY castsource::regtype::text COLLATE "C", casttarget::regtype::text COLLATE "C";

DROP TABLE halves, stored, copied, received;
