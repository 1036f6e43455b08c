-- Vectors and halfvecs joined, cut, turned into bits and into angles.

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

-- Joined
SELECT '[1,2]'::vector || '[3]' AS vector, '[1,2]'::halfvec || '[3]' AS halfvec, vector_concat('[1]', '[1]') = '[1,1]' AS named, halfvec_concat('[1]', '[1]') = '[1,1]' AS halves_named;
SELECT type, dim, pg_temp.outcome(format('vector_dims(array_fill(1, ARRAY[%s])::%s || ''[7]'')', dim, type))
FROM unnest(ARRAY['vector', 'halfvec']) type, unnest(ARRAY[1, 15999, 16000]) dim;

-- Cut as substring() cuts: what lies outside is left out, but something must remain
SELECT start, count, pg_temp.outcome(format('subvector(''[1,2,3,4,5]''::vector, %s, %s)', start, count)) AS vector,
	pg_temp.outcome(format('subvector(''[1,2,3,4,5]''::halfvec, %s, %s)', start, count)) AS halfvec
FROM (VALUES (1, 3), (3, 2), (5, 1), (1, 5), (1, 6), (4, 100), (-1, 4), (-1, 2), (0, 1), (0, 2), (6, 1), (100, 5), (1, 0), (3, -1),
	(1, 2147483647), (2147483647, 2147483647), (-2147483647, 2147483647), (5, -2147483648::bigint), (-2147483648::bigint, 2147483647)) t (start, count);

-- Bits: whether an element is greater than zero
SELECT v, binary_quantize(v) AS vector, binary_quantize(v::halfvec) AS halfvec
FROM unnest(ARRAY['[1]', '[-1,0,-0,1e-5,3,-65504]', '[1,0,1,0,1,0,1,0]', '[0,0,0,0,0,0,0,0,1]', '[1,1,1,1,1,1,1,1,-1,1,1]']::vector[]) v;
SELECT bool_and(binary_quantize(v)::text = bits AND binary_quantize(v::halfvec)::text = bits) AS right_bits
FROM generate_series(1, 140) n, LATERAL (
	SELECT array_agg(x ORDER BY k)::vector AS v, string_agg((x > 0)::int::text, '' ORDER BY k) AS bits
	FROM (SELECT k, sin(k * n) AS x FROM generate_series(1, n) k) e) s;
SELECT binary_quantize('[1,-1,1]'::vector)::bit(3), binary_quantize('[1,-1,1]'::halfvec)::bit(2);

-- Angles between vectors of length 1, in half turns
SELECT a, b, vector_spherical_distance(a, b) AS vector, halfvec_spherical_distance(a, b) AS halfvec
FROM (VALUES ('[1,0]'::vector, '[1,0]'::vector), ('[1,0]', '[0,1]'), ('[1,0]', '[-1,0]'), ('[2,0]', '[2,0]'), ('[0,0]', '[1,0]')) t (a, b);

-- NULL in, NULL out
SELECT type, function, pg_temp.outcome(replace(function, 'X', format('''[1]''::%s', type)))
FROM unnest(ARRAY['vector', 'halfvec']) type,
	unnest(ARRAY['X || NULL', 'NULL || X', 'subvector(X, NULL, 1)', 'subvector(X, 1, NULL)']) function;
SELECT binary_quantize(NULL::vector), binary_quantize(NULL::halfvec), subvector(NULL::halfvec, 1, 1), vector_spherical_distance('[1]', NULL);
