-- Graphs that do not fit maintenance_work_mem are built in parts: nothing is lost, and neighbours are found.
CREATE SCHEMA index_hnsw_build;
SET search_path = index_hnsw_build, public;
SET client_min_messages = warning;
SET maintenance_work_mem = '1MB';
SET max_parallel_maintenance_workers = 0;
SET hnsw.ef_search = 40;

-- 9,000 rows around 300 points
CREATE TABLE points (id int, v vector(16), w vector(16));
SELECT setseed(0.5);
INSERT INTO points
	SELECT p, array_agg((random() - 0.5)::real), array_agg((random() - 0.5)::real)
	FROM generate_series(1, 300) p, generate_series(1, 16) d GROUP BY p;
CREATE TABLE items (id int, v vector(16), h halfvec(16), b bit(64), s sparsevec(40));
INSERT INTO items
	SELECT i, v, v::halfvec(16), string_agg((random() < 0.5)::int::text, '' ORDER BY d)::bit(64),
		format('{%s:%s,%s:%s,%s:%s}/40', 1 + i % 9, round(random()::numeric, 4) + 0.01, 10 + i % 14,
			round(random()::numeric, 4) + 0.01, 24 + i % 17, round(random()::numeric, 4) + 0.01)::sparsevec(40)
	FROM (SELECT i, p.v + p.w * ARRAY(SELECT (0.5 * random())::real FROM generate_series(1, 16) WHERE i > 0)::vector v
		FROM generate_series(1, 9000) i JOIN points p ON p.id = 1 + i % 300) x, generate_series(1, 64) d
	GROUP BY i, v ORDER BY i;
ANALYZE items;

-- of some rows as queries, the share of the nearest 10 by exact distances that the index finds
CREATE FUNCTION recall(col text, op text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	hits int := 0;
	asked int := 0;
	q record;
	exact int[];
	found int[];
	kind text := (SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = col);
	ask text := format('SELECT array(SELECT id FROM items ORDER BY %I %s %%L::%s LIMIT 10)', col, op, kind);
	distances text := format('SELECT count(*) FROM unnest($1) f(id) JOIN items i USING (id) WHERE i.%1$I %2$s %%1$L::%3$s <= '
		'(SELECT max(j.%1$I %2$s %%1$L::%3$s) FROM unnest($2) e(id) JOIN items j USING (id))', col, op, kind);
	n int;
BEGIN
	FOR q IN EXECUTE format('SELECT %I::text AS v FROM items WHERE id %% 300 = 7', col) LOOP
		SET LOCAL enable_indexscan = off;
		EXECUTE format(ask, q.v) INTO exact;
		SET LOCAL enable_indexscan = on;
		SET LOCAL enable_seqscan = off;
		EXECUTE format(ask, q.v) INTO found;
		SET LOCAL enable_seqscan = on;
		EXECUTE format(distances, q.v) INTO n USING found, exact;
		hits := hits + n;
		asked := asked + cardinality(exact);
	END LOOP;
	RETURN round(hits / asked::numeric, 3);
END $$;

-- how many rows a scan gives that goes on to the end
CREATE FUNCTION reached(col text, op text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	SET LOCAL enable_seqscan = off;
	SET LOCAL hnsw.iterative_scan = relaxed_order;
	SET LOCAL hnsw.max_scan_tuples = 100000000;
	SET LOCAL hnsw.scan_mem_multiplier = 1000;
	EXECUTE format('SELECT count(DISTINCT id) FROM (SELECT id FROM items ORDER BY %I %s (SELECT %1$I FROM items WHERE id = 1)) x', col, op) INTO n;
	RETURN n;
END $$;

-- The NOTICE says that it is built in parts
SET client_min_messages = notice;
CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops);
SET client_min_messages = warning;
SELECT * FROM wemb_index_check('items_v');
SELECT recall('v', '<->') > 0.95 AS good, reached('v', '<->');

-- As good as in memory
DROP INDEX items_v;
SET maintenance_work_mem = '64MB';
CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops);
CREATE TABLE in_memory AS SELECT recall('v', '<->');
SET maintenance_work_mem = '1MB';
REINDEX INDEX items_v;
SELECT recall('v', '<->') >= recall - 0.01 AS as_good FROM in_memory;

-- Rows inserted, deleted and vacuumed afterwards
INSERT INTO items SELECT id + 9000, v, h, b, s FROM items WHERE id <= 500;
DELETE FROM items WHERE id % 4 = 1;
VACUUM items;
SELECT * FROM wemb_index_check('items_v');
SELECT recall('v', '<->') > 0.95 AS good, reached('v', '<->'), count(*) FROM items;

-- Several processes
SET max_parallel_maintenance_workers = 2;
ALTER TABLE items SET (parallel_workers = 2);
REINDEX INDEX items_v;
SELECT * FROM wemb_index_check('items_v');
SELECT recall('v', '<->') > 0.95 AS good, reached('v', '<->') = count(*) AS all_there FROM items;
DROP INDEX items_v;
CREATE INDEX CONCURRENTLY items_v ON items USING hnsw (v vector_cosine_ops);
SELECT * FROM wemb_index_check('items_v');
SELECT recall('v', '<=>') > 0.95 AS good, reached('v', '<=>') = count(*) AS all_there FROM items;
SET max_parallel_maintenance_workers = 0;

-- Every kind of vector and distance
CREATE FUNCTION try(col text, class text, op text, with_options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	problems bigint;
	n bigint;
BEGIN
	DROP INDEX IF EXISTS items_v;
	EXECUTE format('CREATE INDEX items_v ON items USING hnsw (%I %s) %s', col, class, with_options);
	SELECT count(*) INTO problems FROM wemb_index_check('items_v');
	EXECUTE format('SELECT count(%I) FROM items', col) INTO n;
	RETURN format('%s: %s problems, %s, %s', class, problems,
		CASE WHEN recall(col, op) > 0.9 THEN 'good' ELSE 'recall ' || recall(col, op) END,
		CASE WHEN reached(col, op) = n THEN 'all there' ELSE reached(col, op) || ' of ' || n || ' rows' END);
END $$;
SELECT try('v', 'vector_ip_ops', '<#>');
SELECT try('v', 'vector_l1_ops', '<+>');
SELECT try('h', 'halfvec_l2_ops', '<->');
SELECT try('b', 'bit_hamming_ops', '<~>');
SELECT try('s', 'sparsevec_l2_ops', '<->');
SELECT try('s', 'sparsevec_cosine_ops', '<=>');
SET max_parallel_maintenance_workers = 2;
SELECT try('h', 'halfvec_l2_ops', '<->');
SELECT try('b', 'bit_hamming_ops', '<~>');
SELECT try('s', 'sparsevec_l2_ops', '<->');
SET max_parallel_maintenance_workers = 0;
SET hnsw.ef_search = 400;
SELECT try('v', 'vector_l2_ops', '<->', 'WITH (m = 2, ef_construction = 64)');
SET hnsw.ef_search = 40;

-- Many rows of few vectors, and some without one
UPDATE items SET v = (SELECT v FROM points p WHERE p.id = 1 + items.id % 20);
INSERT INTO items SELECT i FROM generate_series(20001, 20100) i;
SELECT try('v', 'vector_l2_ops', '<->');
DELETE FROM items WHERE v IS NULL;
UPDATE items SET v = (SELECT v FROM points p WHERE p.id = 1);
SELECT try('v', 'vector_l2_ops', '<->');

-- Statistics promise fewer rows than there are: those in memory go to the files as well
UPDATE items SET v = (ARRAY(SELECT random()::real FROM generate_series(1, 16) WHERE id > 0))::vector;
VACUUM FULL items;
UPDATE pg_class SET reltuples = 100 WHERE oid = 'items'::regclass;
SELECT try('v', 'vector_l2_ops', '<->');

-- Fewer than there seem to be: one graph after all
ANALYZE items;
DROP INDEX items_v;
SET client_min_messages = notice;
CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops) WHERE id < 300;
SET client_min_messages = warning;
SELECT * FROM wemb_index_check('items_v');

-- Rows whose copies have pages of their own
CREATE TABLE long AS SELECT i AS id, ARRAY(SELECT (random() - 0.5)::real FROM generate_series(1, 9000) WHERE i > 0)::halfvec(9000) v
	FROM generate_series(1, 250) i;
ALTER TABLE long ALTER v TYPE halfvec(9000);
ANALYZE long;
SET client_min_messages = notice;
CREATE INDEX long_v ON long USING hnsw (v halfvec_l2_ops) WITH (m = 8, ef_construction = 16);
SET client_min_messages = warning;
SELECT * FROM wemb_index_check('long_v');
SET enable_seqscan = off;
SELECT count(*) > 45 AS good FROM long l WHERE id <= 50 AND id = (SELECT id FROM long o ORDER BY o.v <-> l.v LIMIT 1);

DROP SCHEMA index_hnsw_build CASCADE;
