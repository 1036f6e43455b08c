-- Casts: sparsevec to and from vector, halfvec and arrays of numbers.
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

-- From arrays of four types
SELECT ARRAY[1,0,-2,0]::sparsevec AS "integer[]", '{1.5,0,3e38,-0}'::real[]::sparsevec AS "real[]",
	'{1.5,0.1,1e-50,0}'::double precision[]::sparsevec AS "double precision[]", ARRAY[1.5,0,12345678901234567890]::sparsevec AS "numeric[]";
SELECT ARRAY[1,0,3]::sparsevec(3) AS with_modifier, '[5:7]={1,0,3}'::int[]::sparsevec AS any_lower_bound;

-- Every array type is refused for the same reasons
SELECT array_literal, type, pg_temp.outcome(format('%L::%s::sparsevec', array_literal, type))
FROM unnest(ARRAY['{}', '{{1,2},{3,4}}', '{{1}}', '{1,NULL}', '{NULL}']) array_literal, unnest(ARRAY['integer[]', 'real[]', 'double precision[]', 'numeric[]']) type
ORDER BY type COLLATE "C", array_literal COLLATE "C";
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''{1,2}''::int[]::sparsevec(3)', '''{1,2}''::real[]::sparsevec(1)', 'NULL::real[]::sparsevec',
	'''{1,NaN}''::real[]::sparsevec', '''{-Infinity}''::real[]::sparsevec',
	'''{NaN}''::float8[]::sparsevec', '''{1e39}''::float8[]::sparsevec', '''{-1e300,0}''::float8[]::sparsevec',
	'''{NaN}''::numeric[]::sparsevec', '''{1e39}''::numeric[]::sparsevec', '''{1e-46}''::numeric[]::sparsevec',
	'''{a}''::text[]::sparsevec', '''{1}''::bigint[]::sparsevec',
	'l2_norm(array_fill(2, ARRAY[16000])::sparsevec) ^ 2', 'array_fill(1, ARRAY[16001])::sparsevec', '(array_fill(1, ARRAY[16000]) || 0)::sparsevec <-> (array_fill(1, ARRAY[16000]) || 1)::sparsevec',
	'array_fill(0, ARRAY[100000])::sparsevec', 'array_cat(array_fill(0, ARRAY[100000]), ARRAY[7])::sparsevec'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- vector and halfvec
SELECT '[0,1.5,0,-3.5,-0]'::vector::sparsevec AS vector, '[0,1.5,0,-3.5,-0]'::halfvec::sparsevec AS halfvec,
	'{2:1.5,4:-3.5}/5'::sparsevec::vector AS to_vector, '{2:1.5,4:-3.5}/5'::sparsevec::halfvec AS to_halfvec;
SELECT '[0,0]'::vector::sparsevec AS vector, '[0,0]'::halfvec::sparsevec AS halfvec, '{}/2'::sparsevec::vector AS to_vector, '{}/2'::sparsevec::halfvec AS to_halfvec;
-- a half keeps 11 bits: rounded to nearest, too small becomes zero, too large is refused
SELECT '{1:0.1,2:2049,3:1e-8,4:65519,5:6e-8}/5'::sparsevec::halfvec AS rounded, '{1:0.1,2:2049,3:1e-8,4:65519,5:6e-8}/5'::sparsevec::halfvec::sparsevec AS and_back;
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[0,1]''::vector::sparsevec(2)', '''[0,1]''::vector::sparsevec(3)', '''[0,1]''::halfvec::sparsevec(2)', '''[0,1]''::halfvec::sparsevec(3)',
	'''{1:1}/2''::sparsevec::vector(2)', '''{1:1}/2''::sparsevec::vector(3)', '''{1:1}/2''::sparsevec::halfvec(2)', '''{1:1}/2''::sparsevec::halfvec(3)',
	'''{1:65520}/1''::sparsevec::halfvec', '''{2:-1e30}/2''::sparsevec::halfvec',
	'''{}/16001''::sparsevec::vector', '''{}/16001''::sparsevec::halfvec', '''{}/1000000000''::sparsevec::vector', '''{}/16001''::sparsevec::vector(16001)',
	'vector_norm(''{16000:3}/16000''::sparsevec::vector)', 'l2_norm(''{16000:3}/16000''::sparsevec::halfvec)',
	'NULL::sparsevec::vector', 'NULL::vector::sparsevec', 'NULL::sparsevec::halfvec', 'NULL::halfvec::sparsevec'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;
-- there and back
SELECT v = v::sparsevec::vector AS same
FROM (SELECT array_agg(CASE WHEN i % 3 = 0 THEN 0 ELSE sin(i) END::real)::vector AS v FROM generate_series(1, 16000) i) s;

-- In an assignment without being asked, elsewhere only when asked
CREATE TABLE vectors (s sparsevec(2), v vector, h halfvec);
INSERT INTO vectors (s) VALUES (ARRAY[1,0]), ('{0,4}'::real[]), ('{5,6}'::float8[]), (ARRAY[7.5,0]), ('[0,9]'::vector), ('[0,8]'::halfvec);
INSERT INTO vectors (s) VALUES (ARRAY[1,0,3]);
INSERT INTO vectors (s) VALUES ('[1,0,3]'::vector);
UPDATE vectors SET v = s, h = s;
SELECT * FROM vectors ORDER BY s;
SELECT '{1:1}/2'::sparsevec = ARRAY[1,2];
-- vector is implicit: it can be passed where a sparsevec is called for
SELECT sparsevec_cmp('[1,0]'::vector, '[1,0]'::halfvec);
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast
WHERE 'sparsevec'::regtype IN (castsource, casttarget) ORDER BY castsource::regtype::text COLLATE "C", casttarget::regtype::text COLLATE "C";

-- Between type modifiers
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY['''{1:1}/2''::sparsevec::sparsevec(2)', '''{1:1}/2''::sparsevec::sparsevec(3)', '''{1:1}/2''::sparsevec(2)::sparsevec']) expression;

DROP TABLE vectors;
