-- wemb_index_recall: what an index finds of the nearest rows.
\set VERBOSITY terse
CREATE TABLE rows (id int, v vector(8), half halfvec(8), bits bit(16), sparse sparsevec(16), "Name of ""group""" text) WITH (autovacuum_enabled = off);
-- sines of multiples look random enough, and are the same everywhere
INSERT INTO rows SELECT i, v, v::halfvec, (i * 7919 % 65536)::bit(16), format('{%s:%s,%s:%s}/16', 1 + i % 8, 1 + i % 5, 9 + i % 7, i % 11 - 20)::sparsevec,
	CASE i % 3 WHEN 0 THEN 'a' ELSE 'b' END
	FROM (SELECT i, ARRAY(SELECT sin(i * (j * 0.7 + 1.3)) FROM generate_series(1, 8) j)::vector AS v FROM generate_series(1, 1500) i) s;
INSERT INTO rows VALUES (0, NULL, NULL, NULL, NULL, NULL), (0, '[0,0,0,0,0,0,0,0]', '[0,0,0,0,0,0,0,0]', B'0000000000000000', '{}/16', 'a');
SET hnsw.ef_search = 200;
SELECT setseed(0.5);

-- Every type and metric
CREATE INDEX rows_l2 ON rows USING wemb_hnsw (v vector_l2_ops);
CREATE INDEX rows_ip ON rows USING wemb_hnsw (v vector_ip_ops);
CREATE INDEX rows_cosine ON rows USING wemb_hnsw (v vector_cosine_ops);
CREATE INDEX rows_l1 ON rows USING wemb_hnsw (v vector_l1_ops);
CREATE INDEX rows_half ON rows USING wemb_hnsw (half halfvec_l2_ops);
CREATE INDEX rows_half_cosine ON rows USING wemb_hnsw (half halfvec_cosine_ops);
CREATE INDEX rows_hamming ON rows USING wemb_hnsw (bits bit_hamming_ops);
CREATE INDEX rows_jaccard ON rows USING wemb_hnsw (bits bit_jaccard_ops);
CREATE INDEX rows_sparse ON rows USING wemb_hnsw (sparse sparsevec_l2_ops);
CREATE INDEX rows_sparse_cosine ON rows USING wemb_hnsw (sparse sparsevec_cosine_ops);
CREATE INDEX rows_part ON rows USING wemb_hnsw (v vector_l2_ops) WHERE "Name of ""group""" = 'a';
CREATE INDEX rows_expression ON rows USING wemb_hnsw ((half::vector(8)) vector_l2_ops);
CREATE INDEX rows_function ON rows USING wemb_hnsw ((subvector(v, 1, 4)::vector(4)) vector_l2_ops) WHERE id < 1000 AND v IS NOT NULL;
SELECT relname, recall > 0.95 AS good, recall <= 1 AND lowest <= recall AS shares, queries, neighbours, exact_ms > 0 AND index_ms > 0 AS times
	FROM pg_class c, wemb_index_recall(c.oid, 5, 30) WHERE relname LIKE 'rows\__%' ORDER BY 1;

-- Settings in force decide, whatever those of the planner are
SET hnsw.iterative_scan = off;
SET hnsw.ef_search = 5;		-- rows at the most, among them the query's own
SELECT recall BETWEEN 0.2 AND 0.4 AS four_of_ten FROM wemb_index_recall('rows_l2', 10, 50);
SET enable_seqscan = off;
SET enable_indexscan = off;
SET hnsw.ef_search = 400;
SELECT recall > 0.95 AS good FROM wemb_index_recall('rows_l2', 10, 50);
SHOW enable_seqscan;
SHOW enable_indexscan;
RESET enable_seqscan;
RESET enable_indexscan;
RESET hnsw.iterative_scan;

-- The same rows are drawn again from the same seed
SELECT setseed(0.5);
CREATE TEMP TABLE drawn AS SELECT recall, lowest FROM wemb_index_recall('rows_ip', 20, 20);
SELECT setseed(0.5);
SELECT recall = (SELECT d.recall FROM drawn d) AND lowest = (SELECT d.lowest FROM drawn d) AS again FROM wemb_index_recall('rows_ip', 20, 20);

-- Unless a recall is asked for, the effort is at least that of pgvector's default
CREATE TABLE points AS SELECT i AS id, ARRAY(SELECT sin(i * (j * 0.7 + 1.3)) FROM generate_series(1, 3) j)::vector(3) AS v FROM generate_series(1, 3000) i;
CREATE INDEX points_v ON points USING wemb_hnsw (v vector_l2_ops);
CREATE FUNCTION recall_of_points() RETURNS float8 LANGUAGE sql AS $$SELECT setseed(0.5); SELECT recall FROM wemb_index_recall('points_v', 40, 50)$$;
RESET hnsw.ef_search;
SELECT recall_of_points() AS unset \gset
SET hnsw.ef_search = 40;
SELECT recall_of_points() AS forty \gset
RESET hnsw.ef_search;
SET wemb.target_recall = 0.5;
SELECT recall_of_points() AS half \gset
RESET wemb.target_recall;
SELECT :unset = :forty AS the_same, :half < :forty AS less;
SET hnsw.ef_search = 200;
DROP TABLE points;
DROP FUNCTION recall_of_points();

-- No rows; no others; fewer others than asked for; of fewer samples all; all alike
CREATE TABLE few (id int, v vector(3));
CREATE INDEX few_v ON few USING wemb_hnsw (v vector_cosine_ops);
SELECT * FROM wemb_index_recall('few_v');
INSERT INTO few VALUES (1, NULL), (2, '[0,0,0]');
SELECT recall, queries FROM wemb_index_recall('few_v');
INSERT INTO few VALUES (3, '[1,0,0]');
SELECT recall, queries FROM wemb_index_recall('few_v');
INSERT INTO few VALUES (4, '[0,1,0]'), (5, '[0,1,2]');
SELECT recall, lowest, queries, neighbours FROM wemb_index_recall('few_v', 100000, 1000000);
INSERT INTO few SELECT i, '[1,2,3]' FROM generate_series(6, 100) i;
SELECT recall, lowest, queries FROM wemb_index_recall('few_v', 10);
-- rows that a snapshot does not see, and those of children, do not count
CREATE TABLE few_more () INHERITS (few);
INSERT INTO few_more SELECT i, ARRAY[i, 1, 2]::vector FROM generate_series(1, 50) i;
DELETE FROM few WHERE id > 5;
SELECT recall, queries FROM wemb_index_recall('few_v');
SELECT recall, queries FROM wemb_index_recall(index => 'few_v', samples => 2, k => 1);
SELECT * FROM wemb_index_recall(NULL);

-- What it refuses
SELECT * FROM wemb_index_recall('few_v', 0);
SELECT * FROM wemb_index_recall('few_v', 100001);
SELECT * FROM wemb_index_recall('few_v', 10, 0);
SELECT * FROM wemb_index_recall('few');
SELECT * FROM wemb_index_recall(1);
CREATE INDEX few_id ON few (id);
SELECT * FROM wemb_index_recall('few_id');
CREATE TABLE parted (v vector(3)) PARTITION BY RANGE (v);
CREATE INDEX parted_v ON parted USING wemb_hnsw (v vector_l2_ops);
SELECT * FROM wemb_index_recall('parted_v');
DROP TABLE parted;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'few_v'::regclass;
SELECT * FROM wemb_index_recall('few_v');
UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'few_v'::regclass;
-- an index that this transaction cannot use: an update left a version that it does not have
CREATE TABLE chains (id int, v vector(2)) WITH (fillfactor = 10, autovacuum_enabled = off);
INSERT INTO chains SELECT i, ARRAY[i, 1]::vector FROM generate_series(1, 50) i;
BEGIN;
UPDATE chains SET v = '[3,3]' WHERE id < 20;
CREATE INDEX chains_v ON chains USING wemb_hnsw (v vector_l2_ops);
SELECT * FROM wemb_index_recall('chains_v');
ROLLBACK;
DROP TABLE chains;

-- Who may, and what the rows are then: those with SELECT, as themselves
CREATE ROLE wemb_recall_reader;
GRANT USAGE ON SCHEMA public TO wemb_recall_reader;
SET ROLE wemb_recall_reader;
SELECT * FROM wemb_index_recall('few_v');
RESET ROLE;
GRANT SELECT (v) ON few TO wemb_recall_reader;
SET ROLE wemb_recall_reader;
SELECT * FROM wemb_index_recall('few_v');
RESET ROLE;
GRANT SELECT ON few TO wemb_recall_reader;
SET ROLE wemb_recall_reader;
SELECT recall, queries FROM wemb_index_recall('few_v');
RESET ROLE;
CREATE POLICY half ON few USING (id <> 5);
ALTER TABLE few ENABLE ROW LEVEL SECURITY;
SELECT recall, queries FROM wemb_index_recall('few_v');
SET ROLE wemb_recall_reader;
SELECT recall, queries FROM wemb_index_recall('few_v');
RESET ROLE;

-- The owner's functions run as the owner, whoever among those above him asks
CREATE FUNCTION asker(vector) RETURNS vector IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('wemb_test.ask', true) = 'yes' THEN RAISE NOTICE 'asked as %', current_user; PERFORM set_config('wemb_test.ask', 'no', false); END IF;
	RETURN $1;
END $$;
CREATE TABLE owned (v vector(2));
INSERT INTO owned VALUES ('[1,1]'), ('[1,2]');
CREATE INDEX owned_v ON owned USING wemb_hnsw ((asker(v)::vector(2)) vector_l2_ops);
ALTER TABLE owned OWNER TO wemb_recall_reader;
SET wemb_test.ask = yes;
SELECT recall, queries FROM wemb_index_recall('owned_v');
SELECT current_user <> 'wemb_recall_reader' AS myself_again;
SET wemb_test.ask = yes;
SELECT * FROM wemb_index_check('owned_v');
DROP TABLE owned;
DROP FUNCTION asker(vector);

DROP TABLE rows, few_more, few;
REVOKE USAGE ON SCHEMA public FROM wemb_recall_reader;
DROP ROLE wemb_recall_reader;
