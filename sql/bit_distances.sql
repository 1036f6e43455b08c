-- Distances of bit strings.
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

SELECT a, b, a <~> b AS hamming, a <%> b AS jaccard
FROM (VALUES (B'1111', B'1111'), (B'1111', B'1110'), (B'1111', B'1100'), (B'1111', B'0000'), (B'0000', B'0000'), (B'1100', B'1000'), (B'1010', B'0101'), (B'1', B'0'), (B'', B''))
	AS t (a, b);
SELECT hamming_distance(B'110', B'011'), jaccard_distance(B'110', B'011');

-- Every length, against counting the bits one by one
SELECT count(*), bool_and(a <~> b = differing) AS hamming, bool_and(a <%> b = CASE both_set WHEN 0 THEN 1 ELSE 1 - both_set::float8 / (both_set + differing) END) AS jaccard,
	bool_and(a <~> b = b <~> a AND a <%> b = b <%> a) AS symmetric, bool_and(a <~> a = 0 AND (a <%> a = 0 OR a <%> a = 1)) AS reflexive
FROM generate_series(1, 1100) n, LATERAL (
	SELECT string_agg(x::text, '')::varbit AS a, string_agg(y::text, '')::varbit AS b, count(*) FILTER (WHERE x <> y) AS differing, count(*) FILTER (WHERE x + y = 2) AS both_set
	FROM (SELECT (k * k * n % 11 < 5)::int AS x, ((k + n) * k % 13 < 6)::int AS y FROM generate_series(1, n) k) bits) s;
-- long, and out of line
CREATE TABLE long (a varbit, b varbit);
INSERT INTO long SELECT repeat('1', 64000)::varbit, repeat('10', 32000)::varbit;
INSERT INTO long SELECT repeat('1', 8000000)::varbit, repeat('0', 8000000)::varbit;
SELECT bit_length(a), a <~> b AS hamming, a <%> b AS jaccard FROM long ORDER BY 1;

-- Different lengths are refused
SELECT expression, pg_temp.outcome(expression)
FROM unnest(ARRAY['B''111'' <~> B''00''', 'B''1111'' <%> B''000''', 'hamming_distance(B''111'', ''0000''::varbit(4))', 'jaccard_distance('''', B''1'')',
	'B''111'' <~> NULL', 'NULL::bit(3) <%> B''111''']) WITH ORDINALITY AS t (expression, i) ORDER BY i;

-- Nearest first
CREATE TABLE codes (id int, code bit(3));
INSERT INTO codes VALUES (1, '000'), (2, '101'), (3, '111'), (4, NULL);
SELECT id, code <~> '101' AS distance FROM codes ORDER BY code <~> '101', id;
SELECT id, code <%> '101' AS distance FROM codes ORDER BY code <%> '101', id;


DROP TABLE long, codes;
