-- hnsw_classes.sql: operator classes that only the graph index has.      C: src/index/metric.c, src/index/hnsw
-- Before index_classes.sql, which see.  vector_l2_ops is here since that of lists is the default of its type.

CREATE OPERATOR CLASS vector_l2_ops
	FOR TYPE vector USING @am@ AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_vector_l2(internal);
COMMENT ON OPERATOR CLASS vector_l2_ops USING @am@ IS 'Euclidean distance';

CREATE OPERATOR CLASS vector_l1_ops
	FOR TYPE vector USING @am@ AS
	OPERATOR 1 <+> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_vector_l1(internal);
COMMENT ON OPERATOR CLASS vector_l1_ops USING @am@ IS 'taxicab distance';

CREATE OPERATOR CLASS halfvec_l1_ops
	FOR TYPE halfvec USING @am@ AS
	OPERATOR 1 <+> (halfvec, halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_halfvec_l1(internal);
COMMENT ON OPERATOR CLASS halfvec_l1_ops USING @am@ IS 'taxicab distance';

CREATE OPERATOR CLASS sparsevec_l2_ops
	FOR TYPE sparsevec USING @am@ AS
	OPERATOR 1 <-> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_sparsevec_l2(internal);
COMMENT ON OPERATOR CLASS sparsevec_l2_ops USING @am@ IS 'Euclidean distance';

CREATE OPERATOR CLASS sparsevec_ip_ops
	FOR TYPE sparsevec USING @am@ AS
	OPERATOR 1 <#> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_sparsevec_ip(internal);
COMMENT ON OPERATOR CLASS sparsevec_ip_ops USING @am@ IS 'negative inner product';

CREATE OPERATOR CLASS sparsevec_cosine_ops
	FOR TYPE sparsevec USING @am@ AS
	OPERATOR 1 <=> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_sparsevec_cosine(internal);
COMMENT ON OPERATOR CLASS sparsevec_cosine_ops USING @am@ IS 'cosine distance';

CREATE OPERATOR CLASS sparsevec_l1_ops
	FOR TYPE sparsevec USING @am@ AS
	OPERATOR 1 <+> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_sparsevec_l1(internal);
COMMENT ON OPERATOR CLASS sparsevec_l1_ops USING @am@ IS 'taxicab distance';

CREATE OPERATOR CLASS bit_jaccard_ops
	FOR TYPE bit USING @am@ AS
	OPERATOR 1 <%> (bit, bit) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_bit_jaccard(internal);
COMMENT ON OPERATOR CLASS bit_jaccard_ops USING @am@ IS 'Jaccard distance';
