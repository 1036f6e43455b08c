-- What wemb_index_check and wemb_index_stats say of a list index, and to whom.
CREATE TABLE checked (id int, v vector(3), half halfvec(3), bits bit(8));
INSERT INTO checked SELECT i, ARRAY[i % 10, i / 10, 1]::vector, ARRAY[i % 7, 1, 2]::vector::halfvec, i::bit(8)
	FROM generate_series(1, 3000) i;
INSERT INTO checked VALUES (3001, NULL, NULL, NULL), (3002, '[0,0,0]', '[0,0,0]', B'00000000');
CREATE INDEX checked_l2 ON checked USING wemb_ivf (v);
CREATE INDEX checked_cosine ON checked USING wemb_ivf (v vector_cosine_ops) WITH (lists = 7);
CREATE INDEX checked_ip ON checked USING wemb_ivf (half halfvec_ip_ops) WITH (lists = 1);
CREATE INDEX checked_bits ON checked USING wemb_ivf (bits bit_hamming_ops);
CREATE INDEX checked_part ON checked USING wemb_ivf (v vector_l2_ops) WHERE id > 2950;
CREATE INDEX checked_expression ON checked USING wemb_ivf ((half::vector(3)) vector_l2_ops);
INSERT INTO checked SELECT i, ARRAY[i, i / 10, 1]::vector, ARRAY[i % 7, 1, 2]::vector::halfvec, i::bit(8) FROM generate_series(4001, 4500) i;

SELECT c.relname, p.* FROM pg_class c, wemb_index_check(c.oid) p WHERE c.relname LIKE 'checked\__%';
SELECT c.relname, s.rows, s.gone, s.lists > 1 AS divided, s.longest_list <= s.rows AS some, s.records, s.retired, s.levels, s.links, s.bytes = s.pages * 8192 AS bytes
	FROM pg_class c, wemb_index_stats(c.oid) s WHERE c.relname LIKE 'checked\__%' ORDER BY 1;

-- An empty one
CREATE TABLE empty (v vector(3));
CREATE INDEX empty_v ON empty USING wemb_ivf (v);
SELECT * FROM wemb_index_check('empty_v');
SELECT rows, gone, longest_list FROM wemb_index_stats('empty_v');
DROP TABLE empty;

-- The table's owner alone
\set VERBOSITY terse
CREATE ROLE wemb_index_reader;
GRANT SELECT ON checked TO wemb_index_reader;
SET ROLE wemb_index_reader;
SELECT * FROM wemb_index_check('checked_l2');
SELECT * FROM wemb_index_stats('checked_l2');
RESET ROLE;
DROP TABLE checked;
DROP ROLE wemb_index_reader;
