-- Aggregates: avg(vector), sum(vector).

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

-- NULLs are left out; over nothing the result is NULL
SELECT avg(v), sum(v), count(v) FROM unnest(ARRAY['[1,2,3]', '[3,5,7]']::vector[]) v;
SELECT avg(v), sum(v), count(v) FROM unnest(ARRAY['[1,2,3]', NULL, '[3,5,7]', NULL]::vector[]) v;
SELECT avg(v), sum(v), count(v) FROM unnest(ARRAY[NULL, NULL]::vector[]) v;
SELECT avg(v), sum(v), count(v) FROM unnest(ARRAY[]::vector[]) v;
SELECT g, avg(v), sum(v) FROM (VALUES (1, '[1]'::vector), (2, '[5,5]'), (1, '[2]'), (3, NULL), (2, '[7,6]')) t (g, v) GROUP BY g ORDER BY g;
SELECT avg(DISTINCT v), sum(DISTINCT v) FROM unnest(ARRAY['[1]', '[1]', '[4]']::vector[]) v;
SELECT avg(v) FILTER (WHERE i > 1), sum(v) FILTER (WHERE i > 5) FROM (VALUES (1, '[1]'::vector), (2, '[2]'), (3, '[3]')) t (i, v);

-- As window functions: a state that is read many times
SELECT i, avg(v) OVER (ORDER BY i), sum(v) OVER (ORDER BY i), avg(v) OVER (ORDER BY i ROWS 1 PRECEDING) AS moving
FROM (VALUES (1, '[1,0]'::vector), (2, '[2,1]'), (3, NULL), (4, '[6,5]')) t (i, v);

-- avg adds in double precision, so it can pass through what a float cannot hold; sum cannot
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'(SELECT avg(v) FROM unnest(ARRAY[''[3e38]'', ''[3e38]'']::vector[]) v)',
	'(SELECT sum(v) FROM unnest(ARRAY[''[3e38]'', ''[3e38]'']::vector[]) v)',
	'(SELECT avg(v) FROM unnest(ARRAY[''[1,2]'', ''[3]'']::vector[]) v)',
	'(SELECT sum(v) FROM unnest(ARRAY[''[1,2]'', ''[3]'']::vector[]) v)'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- In parallel, by groups, and one by one: the same
CREATE TABLE vectors (id int, g int, v vector(40));
INSERT INTO vectors SELECT i, i % 3, array_fill(i, ARRAY[40])::vector FROM generate_series(1, 4000) i;
INSERT INTO vectors VALUES (0, 0, NULL);
CREATE TABLE mixed AS SELECT CASE WHEN id = 2000 THEN '[1]' ELSE v::vector END AS v FROM vectors;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT avg(v), sum(v) FROM vectors;
SELECT avg(v) = array_fill(2000.5, ARRAY[40])::vector AS avg, sum(v) = array_fill(8002000, ARRAY[40])::vector AS sum, vector_dims(avg(v)) FROM vectors;
SELECT g, (avg(v)::real[])[40] AS mean, count(v) FROM vectors GROUP BY g ORDER BY g;
SELECT avg(v), sum(v) FROM vectors WHERE id < 0;
SELECT min(pg_temp.outcome('(SELECT avg(v) FROM mixed)')) ~ '22000: expected (1|40) dimensions, not (1|40)' AS refused;
SET max_parallel_workers_per_gather = 0;
SELECT avg(v) = array_fill(2000.5, ARRAY[40])::vector AS avg, sum(v) = array_fill(8002000, ARRAY[40])::vector AS sum FROM vectors;
RESET ALL;

-- The functions by hand: results are fresh, and any array may come in
SELECT state, vector_accum(state, '[1,2]'), vector_accum(vector_accum(state, '[1,2]'), '[3,4]'), state AS unchanged
FROM (VALUES ('{0}'::float8[]), ('{2,10,20}')) t (state);
SELECT vector_combine('{0}', '{2,10,20}'), vector_combine('{2,10,20}', '{0}'), vector_combine('{2,10,20}', '{1,1,2}'), vector_avg('{2,10,20}'), vector_avg('{0}');
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY[
	'vector_accum(''{}'', ''[1]'')', 'vector_accum(''{{1}}'', ''[1]'')', 'vector_accum(''{1,NULL}'', ''[1]'')', 'vector_accum(''{1,1}'', ''[1,2]'')', 'vector_accum(''{5}'', ''[1,2]'')',
	'vector_accum(''{0}'', NULL)', 'vector_accum(''{1,Infinity}'', ''[1]'')',
	'vector_combine(''{}'', ''{0}'')', 'vector_combine(''{0}'', ''{{1}}'')', 'vector_combine(''{1,1}'', ''{1,1,2}'')', 'vector_combine(''{1,1e308}'', ''{1,1e308}'')',
	'vector_avg(''{}'')', 'vector_avg(''{NULL}'')', 'vector_avg(''{1}'')', 'vector_avg(''{1,1e39}'')', 'vector_avg(''{1,NaN}'')', 'vector_avg(array_fill(1::float8, ARRAY[16002]))'
]) WITH ORDINALITY AS t (expression, i) ORDER BY i;

DROP TABLE vectors, mixed;
