-- Operators and functions of sparsevec: distances, norm, order.
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

-- Distances, by name and by operator
CREATE TEMP TABLE pairs (i serial, a sparsevec, b sparsevec);
INSERT INTO pairs (a, b) VALUES
	('{}/2', '{1:3,2:4}/2'),
	('{1:3,2:4}/2', '{}/2'),
	('{1:3}/2', '{2:4}/2'),
	('{1:1,2:2}/2', '{1:2,2:4}/2'),
	('{1:1,2:1}/2', '{1:-1,2:-1}/2'),
	('{1:1,3:3,5:5,7:7,9:9}/9', '{2:2,4:4,6:6,8:8}/9'),
	('{2:4,3:6,4:8}/1000000000', '{1:1,3:3,1000000000:5}/1000000000'),
	('{}/3', '{}/3'),
	('{1:3e38}/1', '{1:-3e38}/1'),
	('{1:3e38,2:-3e38}/2', '{1:3e38,2:3e38}/2'),
	('{1:1e-30}/1', '{1:2e-30}/1');
SELECT a, b, a <-> b AS l2, a <#> b AS ip, a <=> b AS cosine, a <+> b AS l1 FROM pairs ORDER BY i;
SELECT bool_and(a <-> b = l2_distance(a, b)) AS l2,
	bool_and(a <#> b = -inner_product(a, b)) AS ip,
	bool_and(a <#> b = sparsevec_negative_inner_product(a, b)) AS negative_ip,
	bool_and(a <=> b = cosine_distance(a, b)) AS cosine,
	bool_and(a <+> b = l1_distance(a, b)) AS l1,
	bool_and(sqrt(sparsevec_l2_squared_distance(a, b)) = a <-> b) AS squared,
	bool_and(a <-> b = b <-> a AND a <#> b = b <#> a AND a <=> b = b <=> a AND a <+> b = b <+> a) AS symmetric
FROM pairs;

-- The same as those of vector, for every share of zeros
SELECT count(*), bool_and(abs((a <-> b) - (da <-> db)) < 1e-5) AS l2, bool_and(abs((a <#> b) - (da <#> db)) < 1e-5) AS ip,
	bool_and(abs((a <+> b) - (da <+> db)) < 1e-4) AS l1, bool_and(abs((a <=> b) - (da <=> db)) < 1e-6) AS cosine,
	bool_and(abs(l2_norm(a) - vector_norm(da)) < 1e-6) AS norm,
	bool_and((a < b) = (da < db) AND (a = b) = (da = db) AND sparsevec_cmp(a, b) = vector_cmp(da, db)) AS order
FROM generate_series(1, 20) n, generate_series(1, 20) m, LATERAL (
	SELECT da, db, da::sparsevec AS a, db::sparsevec AS b
	FROM (SELECT array_agg(CASE WHEN k * n % 7 < 3 OR k = 1 THEN sin(k * n) ELSE 0 END)::vector AS da,
		array_agg(CASE WHEN k * m % 5 < 2 OR k = 1 THEN cos(k + m) ELSE 0 END)::vector AS db FROM generate_series(1, n + m) k) d) s;

-- A cosine never leaves -1 .. 1, whatever the rounding
SELECT bool_and(v <=> same >= 0) AS never_negative, bool_and(v <=> same < 1e-6) AS nearly_zero, bool_and(v <=> opposite <= 2) AS at_most_two
FROM generate_series(1, 100) i, LATERAL (
	SELECT array_agg(x)::sparsevec AS v, array_agg(3 * x)::sparsevec AS same, array_agg(-3 * x)::sparsevec AS opposite
	FROM generate_series(1, i) k, sin(i * k) x) s;

-- Norm and direction; elements that become too small are left out
SELECT v, l2_norm(v), l2_normalize(v)
FROM unnest(ARRAY['{1:3,2:4}/2', '{2:0.1}/9', '{}/3', '{1:3e37,9:4e37}/9', '{1:3e38}/2', '{1:1e-45}/1', '{1:3e38,2:1e-37,3:3e38}/3']::sparsevec[]) v;

-- Different dimensions are refused, except in comparisons
SELECT f, pg_temp.outcome(format('%s(''{1:1}/2''::sparsevec, ''{1:1}/3''::sparsevec)', f))
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance', 'sparsevec_l2_squared_distance', 'sparsevec_negative_inner_product',
	'sparsevec_cmp', 'sparsevec_eq']) f;

-- NULL in, NULL out
SELECT f, pg_temp.outcome(format('%s(NULL::sparsevec, ''{}/3''::sparsevec)', f)), pg_temp.outcome(format('%s(''{}/3''::sparsevec, NULL::sparsevec)', f))
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance', 'sparsevec_cmp', 'sparsevec_eq']) f;
SELECT f, pg_temp.outcome(format('%s(NULL::sparsevec)', f)) FROM unnest(ARRAY['l2_norm', 'l2_normalize']) f;

-- Comparisons: as words in a dictionary, zeros included
SELECT a, b, sparsevec_cmp(a, b) AS cmp, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES ('{1:1,2:2}/2'::sparsevec, '{1:1,2:2}/2'::sparsevec), ('{1:1,2:2}/2', '{1:1,2:3}/2'), ('{}/3', '{2:1}/3'), ('{}/3', '{2:-1}/3'),
	('{1:1}/3', '{2:5}/3'), ('{1:-1}/3', '{2:-5}/3'), ('{1:1}/1', '{1:1,2:1}/2'), ('{1:1}/1', '{1:1,2:-1}/2'), ('{1:1}/2', '{1:1,2:-1}/2'), ('{}/3', '{}/4'))
	AS t (a, b);

-- Sorting, grouping, duplicates, merge join
CREATE TABLE words (id int, v sparsevec);
INSERT INTO words VALUES (1, '{1:2,2:1}/2'), (2, '{1:1}/1'), (3, NULL), (4, '{1:1,2:-1}/2'), (5, '{1:1}/1'), (6, '{1:-7,2:3}/2'), (7, '{}/1'), (8, '{1:-0}/1');
SELECT v FROM words ORDER BY v, id;
SELECT v FROM words ORDER BY v DESC NULLS LAST, id;
SELECT v, count(*) FROM words WHERE id < 8 GROUP BY v ORDER BY v;
SELECT count(DISTINCT v) FROM words;
SELECT a.id, b.id FROM words a JOIN words b ON a.v = b.v AND a.id < b.id ORDER BY 1, 2;

-- btree
CREATE INDEX ON words (v);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM words WHERE v = '{1:1,2:-1}/2';
SELECT id FROM words WHERE v = '{1:1,2:-1}/2';
SELECT v FROM words WHERE v > '{1:1}/1' ORDER BY v;
SELECT v FROM words WHERE v <= '{}/1' ORDER BY v, id;
RESET ALL;
CREATE UNIQUE INDEX ON words (v);

-- Nearest first; rows without a distance come last
CREATE TABLE near (id int, v sparsevec(5));
INSERT INTO near VALUES (1, '{1:1}/5'), (2, '{1:1,2:2}/5'), (3, NULL), (4, '{}/5'), (5, '{5:9}/5');
SELECT id, v <-> '{1:1,2:1}/5' AS distance FROM near ORDER BY v <-> '{1:1,2:1}/5', id;
SELECT id, v <=> '{1:1,2:1}/5' AS distance FROM near ORDER BY v <=> '{1:1,2:1}/5', id;

-- What the planner is told of the comparisons
SELECT oprname, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin FROM pg_operator WHERE oprleft = 'sparsevec'::regtype AND oprrest <> 0 ORDER BY oprname COLLATE "C";

DROP TABLE words, near;
