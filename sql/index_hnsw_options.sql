-- What a graph index can be created on, and with which options.

CREATE TABLE items (id integer, v vector(3), loose vector, wide vector(16000), h halfvec(3), wider halfvec(16000),
	b bit(3), many bit(64001), varying varbit(3), s sparsevec(1000000000));

-- ranges are pgvector's
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (m = 1);
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (m = 101);
CREATE INDEX ON items USING wemb_hnsw (v vector_l2_ops) WITH (ef_construction = 3);
CREATE INDEX ON items USING wemb_hnsw (v vector_l2_ops) WITH (ef_construction = 1001);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (ef_construction = 31);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (m = 33);
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (lists = 10);
CREATE INDEX ON items USING hnsw (v vector_l2_ops) WITH (m = 'many');

-- a column needs a fixed number of dimensions
CREATE INDEX ON items USING hnsw (loose vector_l2_ops);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING hnsw ((loose::halfvec) halfvec_l2_ops);
CREATE INDEX ON items USING hnsw (varying bit_hamming_ops);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING wemb_hnsw (varying bit_jaccard_ops);
CREATE INDEX ON items USING hnsw (many bit_hamming_ops);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING wemb_hnsw ((many::bit(64002)) bit_jaccard_ops);

-- one column, an operator class, and nothing that only other indexes can do
CREATE INDEX ON items USING hnsw (v);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING hnsw (v halfvec_l2_ops);
CREATE INDEX ON items USING hnsw (id vector_l2_ops);
CREATE INDEX ON items USING hnsw (v vector_l2_ops, h halfvec_l2_ops);
CREATE INDEX ON items USING hnsw (v vector_l2_ops) INCLUDE (id);
CREATE UNIQUE INDEX ON items USING hnsw (v vector_l2_ops);
CREATE INDEX ON items USING hnsw (v vector_l2_ops DESC);

SELECT count(*) FROM pg_index WHERE indrelid = 'items'::regclass;
DROP TABLE items;
