-- What wemb_index_check and wemb_index_stats take, and of whom.
CREATE TABLE checked (id int, v vector(3), half halfvec(3), bits bit(8), sparse sparsevec(8));
INSERT INTO checked SELECT i, ARRAY[i % 10, i / 10, 1]::vector, ARRAY[i % 7, 1, 2]::vector::halfvec, i::bit(8),
	format('{%s:1}/8', i % 8 + 1)::sparsevec FROM generate_series(1, 100) i;
INSERT INTO checked VALUES (101, NULL, NULL, NULL, NULL), (102, '[0,0,0]', '[0,0,0]', B'00000000', '{}/8');
CREATE INDEX checked_l2 ON checked USING wemb_hnsw (v vector_l2_ops);
CREATE INDEX checked_cosine ON checked USING wemb_hnsw (v vector_cosine_ops);
CREATE INDEX checked_ip ON checked USING wemb_hnsw (half halfvec_ip_ops);
CREATE INDEX checked_l1 ON checked USING wemb_hnsw (v vector_l1_ops);
CREATE INDEX checked_bits ON checked USING wemb_hnsw (bits bit_hamming_ops);
CREATE INDEX checked_sparse ON checked USING wemb_hnsw (sparse sparsevec_l2_ops);
CREATE INDEX checked_part ON checked USING wemb_hnsw (v vector_l2_ops) WHERE id > 50;
CREATE INDEX checked_expression ON checked USING wemb_hnsw ((half::vector(3)) vector_l2_ops);
CREATE INDEX checked_id ON checked (id);

SELECT c.relname, p.* FROM pg_class c, wemb_index_check(c.oid) p WHERE c.relname LIKE 'checked\__%' AND c.relname <> 'checked_id';
SELECT c.relname, s.rows, s.gone, s.retired, s.free, s.bytes = s.pages * 8192 AS bytes
	FROM pg_class c, wemb_index_stats(c.oid) s WHERE c.relname LIKE 'checked\__%' AND c.relname <> 'checked_id' ORDER BY 1;

-- An empty one
CREATE TABLE empty (v vector(3));
CREATE INDEX empty_v ON empty USING wemb_hnsw (v vector_l2_ops);
SELECT * FROM wemb_index_check('empty_v');
SELECT rows, records, levels, links, pages FROM wemb_index_stats('empty_v');
DROP TABLE empty;

-- What is no graph index
\set VERBOSITY terse
SELECT * FROM wemb_index_check('checked_id');
SELECT * FROM wemb_index_stats('checked_id');
SELECT * FROM wemb_index_check(NULL);

-- The table's owner alone
CREATE ROLE wemb_index_reader;
GRANT SELECT ON checked TO wemb_index_reader;
SET ROLE wemb_index_reader;
SELECT * FROM wemb_index_check('checked_l2');
SELECT * FROM wemb_index_stats('checked_l2');
RESET ROLE;
DROP TABLE checked;
DROP ROLE wemb_index_reader;
