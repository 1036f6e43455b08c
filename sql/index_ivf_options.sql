-- What a list index can be created on, and with which options.

CREATE TABLE items (id integer, v vector(3), loose vector, h halfvec(3), b bit(3), many bit(64001), varying varbit(3), s sparsevec(3));

-- ranges; those of lists are pgvector's
CREATE INDEX ON items USING ivfflat (v vector_l2_ops) WITH (lists = 0);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING ivfflat (v vector_l2_ops) WITH (lists = 32769);
CREATE INDEX ON items USING wemb_ivf (v vector_l2_ops) WITH (lists = -1);
CREATE INDEX ON items USING wemb_ivf (v vector_l2_ops) WITH (bits = 0);
CREATE INDEX ON items USING wemb_ivf (v vector_l2_ops) WITH (bits = 9);
CREATE INDEX ON items USING wemb_ivf (v vector_l2_ops) WITH (m = 16);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING wemb_ivf (v vector_l2_ops) WITH (lists = 'many');

-- a column needs a fixed number of dimensions
CREATE INDEX ON items USING ivfflat (loose vector_l2_ops);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING wemb_ivf ((loose::halfvec) halfvec_l2_ops);
CREATE INDEX ON items USING ivfflat (varying bit_hamming_ops);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING ivfflat (many bit_hamming_ops);
\echo :LAST_ERROR_SQLSTATE

-- one column, an operator class, and nothing that only other indexes can do
CREATE INDEX ON items USING ivfflat (h);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING ivfflat (v halfvec_l2_ops);
CREATE INDEX ON items USING ivfflat (v vector_l1_ops);
CREATE INDEX ON items USING ivfflat (s sparsevec_l2_ops);
CREATE INDEX ON items USING ivfflat (b bit_jaccard_ops);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING ivfflat (id vector_l2_ops);
CREATE INDEX ON items USING ivfflat (v vector_l2_ops, h halfvec_l2_ops);
CREATE INDEX ON items USING ivfflat (v vector_l2_ops) INCLUDE (id);
CREATE UNIQUE INDEX ON items USING ivfflat (v vector_l2_ops);
CREATE INDEX ON items USING ivfflat (v vector_l2_ops DESC);

SELECT count(*) FROM pg_index WHERE indrelid = 'items'::regclass;

-- options can be changed, for the next time the index is made
CREATE INDEX items_v ON items USING wemb_ivf (v vector_l2_ops);
ALTER INDEX items_v SET (lists = 7);
ALTER INDEX items_v SET (lists = 0);
INSERT INTO items (v) SELECT ARRAY[i % 17, i % 101, i % 1009] FROM generate_series(1, 2000) i;
REINDEX INDEX items_v;
SELECT lists FROM wemb_index_stats('items_v');
DROP TABLE items;
