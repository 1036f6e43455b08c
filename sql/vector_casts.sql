-- Casts: vector to and from arrays of numbers.

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

-- From arrays of four types
SELECT ARRAY[1,-2,2147483647]::vector AS "integer[]", '{1.5,0.1,3e38}'::real[]::vector AS "real[]",
	'{1.5,0.1,1e-50}'::double precision[]::vector AS "double precision[]", ARRAY[1.5,0.1,12345678901234567890]::vector AS "numeric[]";
SELECT ARRAY[1,2,3]::vector(3) AS with_modifier;
SELECT '[5:7]={1,2,3}'::int[]::vector AS any_lower_bound;

-- Every array type is refused for the same reasons
SELECT array_literal, type, pg_temp.outcome(format('%L::%s::vector', array_literal, type))
FROM unnest(ARRAY['{}', '{{1,2},{3,4}}', '{{1}}', '{1,NULL}', '{NULL}']) array_literal, unnest(ARRAY['integer[]', 'real[]', 'double precision[]', 'numeric[]']) type
ORDER BY type COLLATE "C", array_literal COLLATE "C";
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''{1,2}''::int[]::vector(3)', '''{1,2}''::real[]::vector(1)', 'NULL::real[]::vector',
	'''{1,NaN}''::real[]::vector', '''{-Infinity}''::real[]::vector',
	'''{NaN}''::float8[]::vector', '''{1e39}''::float8[]::vector', '''{-1e300}''::float8[]::vector',
	'''{NaN}''::numeric[]::vector', '''{1e39}''::numeric[]::vector', '''{1e-46}''::numeric[]::vector',
	'''{a}''::text[]::vector', '''{1}''::bigint[]::vector',
	'vector_dims(array_fill(0, ARRAY[16000])::vector)', 'array_fill(0, ARRAY[16001])::vector', 'array_fill(0.5::float8, ARRAY[16001])::vector(3)'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- In an assignment without being asked, elsewhere only when asked
CREATE TABLE vectors (v vector(2), r real[], d double precision[], i integer[]);
INSERT INTO vectors (v) VALUES (ARRAY[1,2]), ('{3,4}'::real[]), ('{5,6}'::float8[]), (ARRAY[7.5,8.5]);
INSERT INTO vectors (v) VALUES (ARRAY[1,2,3]);
UPDATE vectors SET r = v, d = v, i = v;
SELECT * FROM vectors ORDER BY v;
SELECT '[1,2]'::vector = ARRAY[1,2];

-- To arrays
SELECT '[1.5,-0.1,3e38]'::vector::real[] AS "real[]", '[1.5,-0.1,3e38]'::vector::double precision[] AS "double precision[]";
SELECT array_dims('[1,2,3]'::vector::real[]), array_dims('[1,2,3]'::vector::double precision[]), array_dims('[1,2,3]'::vector::integer[]);
-- real[] is implicit: a vector can be passed where one is called for
CREATE FUNCTION pg_temp.total(real[]) RETURNS real LANGUAGE sql AS 'SELECT sum(x) FROM unnest($1) x';
SELECT pg_temp.total('[1,2,3]'::vector);
-- to integer: nearest, halves to even
SELECT '[0.4,0.5,0.6,1.5,2.5,-0.5,-1.5,-2147483648,2147483520]'::vector::integer[] AS "integer[]";
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY['''[2147483648]''::vector::integer[]', '''[1,-2147483904]''::vector::integer[]', '''[3e38]''::vector::integer[]', 'NULL::vector::integer[]']) expression;
-- there and back
SELECT v = v::real[]::vector AS real, v = v::double precision[]::vector AS double
FROM (SELECT array_agg(sin(i)::real)::vector AS v FROM generate_series(1, 16000) i) s;

-- Between type modifiers
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[1,2,3]''::vector::vector(3)', '''[1,2,3]''::vector(3)::vector', '''[1,2,3]''::vector::vector(2)',
	'vector(''[1,2,3]''::vector, 3, true)', 'vector(''[1,2,3]''::vector, 2, true)', 'vector(''[1,2,3]''::vector, -1, false)', 'NULL::vector::vector(2)'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- The functions by name, as clients call them
SELECT array_to_vector(ARRAY[1,2], 2, false), array_to_vector('{1,2}'::real[], -1, true), vector_to_float4('[1,2]', -1, false);
SELECT array_to_vector(ARRAY[1,2], 3, false);

SELECT castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext
FROM pg_cast WHERE 'vector'::regtype IN (castsource, casttarget) AND (castsource = casttarget OR (castsource::regtype || ' ' || casttarget::regtype) ~ '\]')
ORDER BY castsource::regtype::text COLLATE "C", casttarget::regtype::text COLLATE "C";

DROP TABLE vectors;
