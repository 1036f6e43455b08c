-- Operators and functions of vector: distances, arithmetic, order.

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

-- Distances, by name and by operator
CREATE TEMP TABLE pairs (i serial, a vector, b vector);
INSERT INTO pairs (a, b) VALUES
	('[0,0]', '[3,4]'),
	('[1,2]', '[2,4]'),
	('[1,1]', '[-1,-1]'),
	('[1,0]', '[0,2]'),
	('[1,2,3,4,5,6,7,8,9]', '[9,8,7,6,5,4,3,2,1]'),
	('[0,0]', '[0,0]'),
	('[3e38]', '[-3e38]'),
	('[3e38,-3e38]', '[3e38,3e38]'),
	('[1e-30]', '[2e-30]');
SELECT a, b, a <-> b AS l2, a <#> b AS ip, a <=> b AS cosine, a <+> b AS l1 FROM pairs ORDER BY i;
SELECT bool_and(a <-> b = l2_distance(a, b)) AS l2,
	bool_and(a <#> b = -inner_product(a, b)) AS ip,
	bool_and(a <#> b = vector_negative_inner_product(a, b)) AS negative_ip,
	bool_and(a <=> b = cosine_distance(a, b)) AS cosine,
	bool_and(a <+> b = l1_distance(a, b)) AS l1,
	bool_and(sqrt(vector_l2_squared_distance(a, b)) = a <-> b) AS squared,
	bool_and(a <-> b = b <-> a AND a <#> b = b <#> a AND a <=> b = b <=> a AND a <+> b = b <+> a) AS symmetric
FROM pairs;

-- A cosine never leaves -1 .. 1, whatever the rounding
SELECT bool_and(v <=> same >= 0) AS never_negative, bool_and(v <=> same < 1e-6) AS nearly_zero,
	bool_and(v <=> opposite <= 2) AS at_most_two, bool_and(v <=> opposite > 1.999999) AS nearly_two
FROM generate_series(1, 200) i, LATERAL (
	SELECT array_agg(x)::vector AS v, array_agg(3 * x)::vector AS same, array_agg(-3 * x)::vector AS opposite
	FROM generate_series(1, i) k, sin(i * k) x) s;

-- Every length, against sums in double precision
SELECT count(*), max(abs((a <-> b) - l2)) < 1e-5 AS l2, max(abs((a <#> b) + ip)) < 1e-5 AS ip, max(abs((a <+> b) - l1)) < 1e-4 AS l1,
	max(abs(vector_norm(a) - norm)) < 1e-6 AS norm
FROM generate_series(1, 140) n, LATERAL (
	SELECT array_agg(x)::vector AS a, array_agg(y)::vector AS b, sqrt(sum((x::float8 - y) ^ 2)) AS l2, sum(x::float8 * y) AS ip,
		sum(abs(x::float8 - y)) AS l1, sqrt(sum(x::float8 ^ 2)) AS norm
	FROM (SELECT sin(k * n)::real AS x, cos(k + n)::real AS y FROM generate_series(1, n) k) e) s;

-- Dimensions, norm, direction
SELECT v, vector_dims(v), vector_norm(v), l2_normalize(v)
FROM unnest(ARRAY['[3,4]', '[0,0.1]', '[0,-0]', '[5,0,12,0,0]', '[3e37,4e37]', '[3e38,0]', '[1e-45]']::vector[]) v;

-- Arithmetic, element by element
SELECT '[1,2,3]'::vector + '[4,5,6.5]' AS sum, '[1,2,3]'::vector - '[4,5,6.5]' AS difference, '[1,2,3]'::vector * '[4,5,-6.5]' AS product;
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'''[3e38]''::vector + ''[3e38]''', '''[1,-3e38]''::vector + ''[1,-3e38]''',
	'''[-3e38]''::vector - ''[3e38]''', '''[1e37]''::vector * ''[1e37]''',
	'''[1e-37]''::vector * ''[1e-37]''', '''[1e-37,1e37]''::vector * ''[1e-37,1e37]''', '''[1e37,1e-37]''::vector * ''[1e37,1e-37]''',
	'''[0,1e-37]''::vector * ''[1e-37,0]''', '''[1e-30]''::vector * ''[1e-10]'''
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- Different lengths are refused, except in comparisons
SELECT f, pg_temp.outcome(format('%s(''[1,2]''::vector, ''[3]''::vector)', f))
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance', 'vector_l2_squared_distance', 'vector_negative_inner_product',
	'vector_add', 'vector_sub', 'vector_mul', 'vector_cmp', 'vector_eq']) f;

-- NULL in, NULL out
SELECT f, pg_temp.outcome(format('%s(NULL::vector, ''[3]''::vector)', f)), pg_temp.outcome(format('%s(''[3]''::vector, NULL::vector)', f))
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance', 'vector_add', 'vector_sub', 'vector_mul', 'vector_cmp', 'vector_eq']) f;
SELECT f, pg_temp.outcome(format('%s(NULL::vector)', f)) FROM unnest(ARRAY['vector_dims', 'vector_norm', 'l2_normalize']) f;

-- Comparisons: as words in a dictionary
SELECT a, b, vector_cmp(a, b) AS cmp, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES ('[1,2]'::vector, '[1,2]'::vector), ('[1,2]', '[1,3]'), ('[2,1]', '[1,3]'), ('[1]', '[1,-5]'), ('[1,-5]', '[1]'), ('[2]', '[1,9]'), ('[0]', '[-0]'), ('[-1]', '[1]'))
	AS t (a, b);

-- Sorting, grouping, duplicates, merge join
CREATE TABLE words (id int, v vector);
INSERT INTO words VALUES (1, '[2,1]'), (2, '[1]'), (3, NULL), (4, '[1,-1]'), (5, '[1]'), (6, '[-7,3]'), (7, '[0]'), (8, '[-0]');
SELECT v FROM words ORDER BY v, id;
SELECT v FROM words ORDER BY v DESC NULLS LAST, id;
SELECT v, count(*) FROM words WHERE id < 8 GROUP BY v ORDER BY v;
SELECT count(DISTINCT v) FROM words;
SELECT a.id, b.id FROM words a JOIN words b ON a.v = b.v AND a.id < b.id ORDER BY 1, 2;
SELECT id FROM words WHERE v IN ('[1]', '[1,-1]') ORDER BY id;

-- btree
CREATE INDEX ON words (v);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM words WHERE v = '[1,-1]';
SELECT id FROM words WHERE v = '[1,-1]';
SELECT v FROM words WHERE v > '[1]' ORDER BY v;
SELECT v FROM words WHERE v <= '[0]' ORDER BY v, id;
RESET ALL;
CREATE UNIQUE INDEX ON words (v);

-- Nearest first; rows without a distance come last
DELETE FROM words WHERE id = 4;
SELECT id, v <-> '[1]' AS distance FROM words WHERE vector_dims(v) = 1 OR v IS NULL ORDER BY v <-> '[1]', id;
SELECT id, v <=> '[1]' AS distance FROM words WHERE vector_dims(v) = 1 OR v IS NULL ORDER BY v <=> '[1]', id;

-- Values out of line: compared and measured like any other
CREATE TABLE large AS
	SELECT i, (SELECT array_agg((k % 7 + (i * 37 % 100) / 100.0)::real)::vector FROM generate_series(1, 1000) k) AS v
	FROM generate_series(0, 99) i;
SELECT array_agg(i * 37 % 100 ORDER BY v) = array_agg(i * 37 % 100 ORDER BY i * 37 % 100) AS sorted, count(DISTINCT v) FROM large;
SELECT i FROM large ORDER BY v <-> (SELECT v FROM large WHERE i = 50), i LIMIT 3;

-- What the planner is told of the comparisons
SELECT oprname, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin FROM pg_operator WHERE oprleft = 'vector'::regtype AND oprrest <> 0 ORDER BY oprname COLLATE "C";

DROP TABLE words, large;
