-- When the planner takes a graph index.

CREATE TABLE items (id integer PRIMARY KEY, kind integer, name text, v vector(3), h halfvec(3), b bit(8), s sparsevec(3));
INSERT INTO items
	SELECT i, i % 50, 'item ' || i, p, p, (i % 256)::bit(8), p::vector::sparsevec
	FROM generate_series(1, 5000) i, LATERAL (SELECT ARRAY[i % 17 + 1, i % 101, i % 1009]::real[]) AS a (p);
CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops);
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

-- not for another operator, another direction, more than one key or an expression
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
EXPLAIN (COSTS off) SELECT id FROM items WHERE v <-> '[1,2,3]' < 5 ORDER BY v <-> '[1,2,3]' LIMIT 20;

-- a partial index where its predicate is asked for, an index of an expression for that
CREATE INDEX items_seven ON items USING hnsw (v vector_l2_ops) WHERE kind = 7;
EXPLAIN (COSTS off) SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[1,2,3]' LIMIT 5;
CREATE INDEX items_sign ON items USING wemb_hnsw ((binary_quantize(v)::bit(3)) bit_hamming_ops);
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY binary_quantize(v)::bit(3) <~> '101' LIMIT 5;
DROP INDEX items_v, items_seven, items_sign;

-- each operator class of both access methods
CREATE FUNCTION planned(method text, class text, operator text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	col text := CASE split_part(class, '_', 1) WHEN 'vector' THEN 'v' WHEN 'halfvec' THEN 'h' WHEN 'bit' THEN 'b' ELSE 's' END;
	found text;
BEGIN
	EXECUTE format('CREATE INDEX one ON items USING %I (%I %I)', method, col, class);
	found := scans(format('SELECT id FROM items ORDER BY %I %s %L LIMIT 5', col, operator, query));
	DROP INDEX one;
	RETURN found;
END $$;
SELECT class, operator, planned('hnsw', class, operator, query) AS hnsw, planned('wemb_hnsw', class, operator, query) AS wemb_hnsw
FROM (VALUES
	('vector_l2_ops', '<->', '[1,2,3]'), ('vector_ip_ops', '<#>', '[1,2,3]'), ('vector_cosine_ops', '<=>', '[1,2,3]'), ('vector_l1_ops', '<+>', '[1,2,3]'),
	('halfvec_l2_ops', '<->', '[1,2,3]'), ('halfvec_ip_ops', '<#>', '[1,2,3]'), ('halfvec_cosine_ops', '<=>', '[1,2,3]'), ('halfvec_l1_ops', '<+>', '[1,2,3]'),
	('sparsevec_l2_ops', '<->', '{1:1}/3'), ('sparsevec_ip_ops', '<#>', '{1:1}/3'), ('sparsevec_cosine_ops', '<=>', '{1:1}/3'), ('sparsevec_l1_ops', '<+>', '{1:1}/3'),
	('bit_hamming_ops', '<~>', '10101010'), ('bit_jaccard_ops', '<%>', '10101010')) AS t (class, operator, query);
DROP FUNCTION planned(text, text, text, text), scans(text);
DROP TABLE items;

-- options that are good, and the most dimensions
CREATE TABLE items (v vector(16000), h halfvec(16000), b bit(64000), s sparsevec(1000000000), loose vector, varying varbit);
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (m = 2, ef_construction = 4);
CREATE INDEX ON items USING hnsw (h halfvec_ip_ops) WITH (m = 100, ef_construction = 200);
CREATE INDEX ON items USING hnsw (b bit_hamming_ops) WITH (m = 16, ef_construction = 32);
CREATE INDEX ON items USING hnsw (s sparsevec_cosine_ops) WITH (ef_construction = 1000);
CREATE INDEX ON items USING hnsw ((loose::vector(4)) vector_l2_ops);
CREATE INDEX ON items USING hnsw ((varying::bit(4)) bit_hamming_ops);
SELECT relname, reloptions FROM pg_class JOIN pg_index ON oid = indexrelid WHERE indrelid = 'items'::regclass ORDER BY relname COLLATE "C";
DROP TABLE items;

-- elements other than zero: at most 1,000, when the index is made and afterwards
CREATE TABLE items (s sparsevec(1001));
INSERT INTO items VALUES (array_fill(1, ARRAY[1001])::vector::sparsevec);
CREATE INDEX ON items USING hnsw (s sparsevec_l2_ops);
\echo :LAST_ERROR_SQLSTATE
TRUNCATE items;
CREATE INDEX ON items USING hnsw (s sparsevec_l2_ops);
INSERT INTO items VALUES (array_fill(1, ARRAY[1001])::vector::sparsevec);
DROP TABLE items;
