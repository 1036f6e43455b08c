-- Operators, functions and aggregates of halfvec.

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

-- Distances: those of the same numbers as vectors, over every length
SELECT count(*), bool_and(abs((a <-> b) - (va <-> vb)) < 1e-5) AS l2, bool_and(abs((a <#> b) - (va <#> vb)) < 1e-4) AS ip, bool_and(abs((a <=> b) - (va <=> vb)) < 1e-5) AS cosine,
	bool_and(abs((a <+> b) - (va <+> vb)) < 1e-4) AS l1, bool_and(l2_norm(a) = vector_norm(va)) AS norm, bool_and(vector_dims(a) = n) AS dims
FROM generate_series(1, 140) n, LATERAL (SELECT array_agg(sin(k * n))::halfvec AS a, array_agg(cos(k + n))::halfvec AS b FROM generate_series(1, n) k) s,
	LATERAL (SELECT a::vector AS va, b::vector AS vb) t;
CREATE TEMP TABLE pairs (i serial, a halfvec, b halfvec);
INSERT INTO pairs (a, b) VALUES ('[0,0]', '[3,4]'), ('[1,2]', '[2,4]'), ('[1,0]', '[0,2]'), ('[0,0]', '[0,0]'), ('[65504]', '[-65504]'), ('[6e-8]', '[1.2e-7]');
SELECT a, b, a <-> b AS l2, a <#> b AS ip, a <=> b AS cosine, a <+> b AS l1 FROM pairs ORDER BY i;
SELECT bool_and(a <-> b = l2_distance(a, b)) AS l2, bool_and(a <#> b = -inner_product(a, b)) AS ip, bool_and(a <#> b = halfvec_negative_inner_product(a, b)) AS negative_ip,
	bool_and(a <=> b = cosine_distance(a, b)) AS cosine, bool_and(a <+> b = l1_distance(a, b)) AS l1, bool_and(sqrt(halfvec_l2_squared_distance(a, b)) = a <-> b) AS squared
FROM pairs;

-- Arithmetic: as exact, then rounded to the nearest half
SELECT '[1,2,3]'::halfvec + '[4,5,6.5]' AS sum, '[1,2,3]'::halfvec - '[4,5,6.5]' AS difference, '[1,2,3]'::halfvec * '[4,5,-6.5]' AS product, '[2048,2050]'::halfvec + '[1,1]' AS rounded;
SELECT h, l2_norm(h), l2_normalize(h) FROM unnest(ARRAY['[3,4]', '[0,0.1]', '[0,-0]', '[65504]', '[6e-8,0]']::halfvec[]) h;
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[65504]''::halfvec + ''[15]''', '''[65504]''::halfvec + ''[16]''', '''[1,-65504]''::halfvec - ''[1,65504]''', '''[256]''::halfvec * ''[256]''', '''[256]''::halfvec * ''[-255]''',
	'''[1e-4]''::halfvec * ''[1e-4]''', '''[1e-4,256]''::halfvec * ''[1e-5,256]''', '''[256,1e-4]''::halfvec * ''[256,1e-4]''', '''[0,1e-4]''::halfvec * ''[1e-4,-0]''', '''[6e-8]''::halfvec * ''[0.5]'''
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- Different lengths are refused, except in comparisons; NULL in, NULL out
SELECT f, pg_temp.outcome(format('%s(''[1,2]''::halfvec, ''[3]''::halfvec)', f)) AS lengths, pg_temp.outcome(format('%s(NULL::halfvec, ''[3]''::halfvec)', f)) AS null_left,
	pg_temp.outcome(format('%s(''[3]''::halfvec, NULL::halfvec)', f)) AS null_right
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance', 'halfvec_l2_squared_distance', 'halfvec_negative_inner_product', 'halfvec_spherical_distance',
	'halfvec_add', 'halfvec_sub', 'halfvec_mul', 'halfvec_concat', 'halfvec_cmp', 'halfvec_eq']) f;

-- Order, grouping, btree
SELECT a, b, halfvec_cmp(a, b) AS cmp, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES ('[1,2]'::halfvec, '[1,2]'::halfvec), ('[1,2]', '[1,3]'), ('[2,1]', '[1,3]'), ('[1]', '[1,-5]'), ('[1,-5]', '[1]'), ('[0]', '[-0]'), ('[-1]', '[1]')) AS t (a, b);
CREATE TABLE words (id int, h halfvec);
INSERT INTO words VALUES (1, '[2,1]'), (2, '[1]'), (3, NULL), (4, '[1,-1]'), (5, '[1]'), (6, '[-7,3]'), (7, '[0]'), (8, '[-0]');
SELECT h, count(*) FROM words WHERE id < 8 GROUP BY h ORDER BY h;
CREATE INDEX ON words (h);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM words ORDER BY h;
SELECT id FROM words WHERE h = '[1,-1]';
SELECT h FROM words WHERE h > '[1]' ORDER BY h;
RESET enable_seqscan;

-- A vector beside a halfvec is rounded to one
SELECT pg_typeof('[0.1]'::halfvec + '[0.1]'::vector), '[0.1]'::halfvec <-> '[0.1]'::vector AS distance;

-- Aggregates
SELECT avg(h), sum(h), count(h) FROM unnest(ARRAY['[1,2,3]', NULL, '[3,5,7]']::halfvec[]) h;
SELECT avg(h), sum(h) FROM unnest(ARRAY[]::halfvec[]) h;
SELECT avg(h), sum(h) FROM unnest(ARRAY['[-0,0]', NULL]::halfvec[]) h;
SELECT i, avg(h) OVER (ORDER BY i), sum(h) OVER (ORDER BY i) FROM (VALUES (1, '[1,0]'::halfvec), (2, '[2,1]'), (3, NULL), (4, '[6,5]')) t (i, h);
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'(SELECT avg(h) FROM unnest(ARRAY[''[65504]'', ''[65504]'']::halfvec[]) h)', '(SELECT sum(h) FROM unnest(ARRAY[''[65504]'', ''[65504]'']::halfvec[]) h)',
	'(SELECT avg(h) FROM unnest(ARRAY[''[1,2]'', ''[3]'']::halfvec[]) h)', 'halfvec_accum(''{0}'', ''[1,2]'')', 'halfvec_accum(''{}'', ''[1]'')', 'halfvec_combine(''{2,10,20}'', ''{1,1,2}'')',
	'halfvec_combine(''{0,1}'', ''{1,1,2}'')', 'halfvec_combine(''{3}'', ''{1,1,2}'')', 'halfvec_combine(''{3}'', ''{4}'')',
	'halfvec_avg(''{2,10,20}'')', 'halfvec_avg(''{0}'')', 'halfvec_avg(''{1,70000}'')', 'halfvec_avg(''{1,NaN,70000}'')', 'halfvec_avg(''{1,1e39}'')',
	'halfvec_combine(''{0}'', array_fill(1::float8, ARRAY[16002]))'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;
CREATE TABLE many AS SELECT array_fill(i % 100, ARRAY[40])::halfvec AS h FROM generate_series(1, 4000) i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT avg(h) FROM many;
SELECT avg(h) = array_fill(49.5, ARRAY[40])::halfvec AS avg FROM many;
-- nearest first, in parallel and not
EXPLAIN (COSTS OFF) SELECT h FROM many ORDER BY h <-> array_fill(7, ARRAY[40])::halfvec LIMIT 40;
SELECT DISTINCT subvector(h, 40, 1) FROM (SELECT h FROM many ORDER BY h <-> array_fill(7, ARRAY[40])::halfvec LIMIT 40) s;
SET max_parallel_workers_per_gather = 0;
SELECT DISTINCT subvector(h, 40, 1) FROM (SELECT h FROM many ORDER BY array_fill(7, ARRAY[40])::halfvec <-> h LIMIT 40) s;
RESET ALL;

SELECT oprname, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin FROM pg_operator WHERE oprleft = 'halfvec'::regtype AND oprrest <> 0 ORDER BY oprname COLLATE "C";
DROP TABLE words, many;
