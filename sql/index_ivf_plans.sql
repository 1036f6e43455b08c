-- When the planner takes a list index.

CREATE TABLE items (id integer PRIMARY KEY, kind integer, v vector(3), h halfvec(3), b bit(8));
INSERT INTO items
	SELECT i, i % 50, p, p, (i % 256)::bit(8)
	FROM generate_series(1, 5000) i, LATERAL (SELECT ARRAY[i % 17 + 1, i % 101, i % 1009]::real[]) AS a (p);
CREATE INDEX items_v ON items USING ivfflat (v);
ANALYZE items;

-- an order by its operator and a limit, with the constant on either side, a parameter, a value of another row
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 10;
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY '[1,2,3]' <-> v LIMIT 10;
PREPARE near(vector, integer) AS SELECT id FROM items ORDER BY v <-> $1 LIMIT $2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS off) EXECUTE near('[1,2,3]', 10);
RESET plan_cache_mode;
DEALLOCATE near;
EXPLAIN (COSTS off) SELECT a.id, b.id FROM items a,
	LATERAL (SELECT id FROM items ORDER BY v <-> a.v LIMIT 3) b WHERE a.id < 5;

-- not for another operator, another direction or an expression
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY v <=> '[1,2,3]' LIMIT 10;
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY v <-> '[1,2,3]' DESC LIMIT 10;
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY (v <-> '[1,2,3]') + 1 LIMIT 10;

-- never without ORDER BY
CREATE FUNCTION scans(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		RETURN QUERY SELECT (regexp_match(line, '(?:Seq|Index|Index Only|Bitmap Heap) Scan (?:using|on) \w+'))[1] WHERE line ~ 'Scan';
	END LOOP;
END $$;
SET enable_seqscan = off;
SELECT scans('SELECT count(v) FROM items');
SELECT scans('SELECT id FROM items WHERE v <-> ''[1,2,3]'' < 5');
RESET enable_seqscan;

-- nor for all rows
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY v <-> '[1,2,3]';

-- filters: the index while many rows pass
EXPLAIN (COSTS off) SELECT id FROM items WHERE kind <> 7 ORDER BY v <-> '[1,2,3]' LIMIT 20;
EXPLAIN (COSTS off) SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[1,2,3]' LIMIT 20;

-- also when all lists are to be read, while that is less than to sort
SET ivfflat.probes = 32768;
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 10;
RESET ivfflat.probes;

-- a partial index where its predicate is asked for, an index of an expression for that
CREATE INDEX items_seven ON items USING ivfflat (v) WHERE kind = 7;
EXPLAIN (COSTS off) SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[1,2,3]' LIMIT 5;
CREATE INDEX items_sign ON items USING wemb_ivf ((binary_quantize(v)::bit(3)) bit_hamming_ops);
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY binary_quantize(v)::bit(3) <~> '101' LIMIT 5;
DROP INDEX items_v, items_seven, items_sign;

-- each operator class of both access methods
CREATE FUNCTION planned(method text, class text, operator text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	col text := CASE split_part(class, '_', 1) WHEN 'vector' THEN 'v' WHEN 'halfvec' THEN 'h' ELSE 'b' END;
	found text;
BEGIN
	EXECUTE format('CREATE INDEX one ON items USING %I (%I %I)', method, col, class);
	found := scans(format('SELECT id FROM items ORDER BY %I %s %L LIMIT 5', col, operator, query));
	DROP INDEX one;
	RETURN found;
END $$;
SELECT class, operator, planned('ivfflat', class, operator, query) AS ivfflat, planned('wemb_ivf', class, operator, query) AS wemb_ivf
FROM (VALUES
	('vector_l2_ops', '<->', '[1,2,3]'), ('vector_ip_ops', '<#>', '[1,2,3]'), ('vector_cosine_ops', '<=>', '[1,2,3]'),
	('halfvec_l2_ops', '<->', '[1,2,3]'), ('halfvec_ip_ops', '<#>', '[1,2,3]'), ('halfvec_cosine_ops', '<=>', '[1,2,3]'),
	('bit_hamming_ops', '<~>', '10101010')) AS t (class, operator, query);
DROP FUNCTION planned(text, text, text, text), scans(text);
DROP TABLE items;
