-- Vacuum of a graph index: rows go, slots are used again, and every row that is left is found.
SET enable_seqscan = off;
SET hnsw.max_scan_tuples = 2147483647;
SET hnsw.scan_mem_multiplier = 1000;
SET hnsw.iterative_scan = relaxed_order;

-- Points of a grid, each twice
CREATE TABLE points (id int, v vector(3)) WITH (autovacuum_enabled = off);
INSERT INTO points SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100 % 10]::vector FROM generate_series(0, 1999) i;
CREATE INDEX points_v ON points USING wemb_hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16);
SELECT rows, records >= 1000 AS records, gone, retired, free FROM wemb_index_stats('points_v');

-- What an index scan to the end gives, against the table
CREATE FUNCTION lost_or_twice(query vector) RETURNS TABLE (lost bigint, twice bigint)
LANGUAGE sql AS $$
	WITH scan AS MATERIALIZED (SELECT id FROM points ORDER BY v <-> query),
		rows AS MATERIALIZED (SELECT id FROM points ORDER BY id + 0)
	SELECT (SELECT count(*) FROM rows WHERE id NOT IN (SELECT id FROM scan)),
		(SELECT count(*) - count(DISTINCT id) FROM scan)
$$;
SELECT * FROM lost_or_twice('[1,2,3]');

-- One of two rows of a vector: no record goes
DELETE FROM points WHERE id >= 1000 AND id % 2 = 0;
VACUUM points;
SELECT rows, gone, retired + free AS out FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[1,2,3]');

-- Vectors as a whole: their records go, above layer 0 as well
DELETE FROM points WHERE id % 3 = 0 OR id % 1000 % 7 < 4;
VACUUM points;
SELECT s.rows, s.gone, s.retired + s.free > 500 AS out, s.rows = (SELECT count(*) FROM points) AS all_rows FROM wemb_index_stats('points_v') s;
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[9,9,9]');
SELECT id FROM points ORDER BY v <-> '[4,5,6]', id LIMIT 5;

-- All: the index is empty, and takes rows again
DELETE FROM points;
VACUUM points;
SELECT rows, records, gone, levels FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[9,9,9]');
INSERT INTO points SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100 % 10]::vector FROM generate_series(0, 499) i;
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[9,9,9]');
SELECT id FROM points ORDER BY v <-> '[4,5,3]' LIMIT 1;
DROP FUNCTION lost_or_twice(vector);
DROP TABLE points;

-- Copies in pages of their own
CREATE TABLE long (id int, v vector(9000)) WITH (autovacuum_enabled = off);
INSERT INTO long SELECT i, array_fill(i, ARRAY[9000])::vector FROM generate_series(1, 12) i;
CREATE INDEX long_v ON long USING wemb_hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16);
DELETE FROM long WHERE id % 2 = 0;
VACUUM long;
SELECT * FROM wemb_index_check('long_v');
SELECT id FROM long ORDER BY v <-> array_fill(4.1, ARRAY[9000])::vector;
DROP TABLE long;
