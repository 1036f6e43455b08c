-- index_classes.sql: operator classes that graphs and lists have alike.      C: src/index/metric.c
-- After the part that creates an access method, once for each; the Makefile puts its name for the word between at signs.
-- Names and operators are pgvector's.  None is the default of its type, as with pgvector.

CREATE OPERATOR CLASS vector_ip_ops
	FOR TYPE vector USING @am@ AS
	OPERATOR 1 <#> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_vector_ip(internal);
COMMENT ON OPERATOR CLASS vector_ip_ops USING @am@ IS 'negative inner product';

CREATE OPERATOR CLASS vector_cosine_ops
	FOR TYPE vector USING @am@ AS
	OPERATOR 1 <=> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_vector_cosine(internal);
COMMENT ON OPERATOR CLASS vector_cosine_ops USING @am@ IS 'cosine distance';

CREATE OPERATOR CLASS halfvec_l2_ops
	FOR TYPE halfvec USING @am@ AS
	OPERATOR 1 <-> (halfvec, halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_halfvec_l2(internal);
COMMENT ON OPERATOR CLASS halfvec_l2_ops USING @am@ IS 'Euclidean distance';

CREATE OPERATOR CLASS halfvec_ip_ops
	FOR TYPE halfvec USING @am@ AS
	OPERATOR 1 <#> (halfvec, halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_halfvec_ip(internal);
COMMENT ON OPERATOR CLASS halfvec_ip_ops USING @am@ IS 'negative inner product';

CREATE OPERATOR CLASS halfvec_cosine_ops
	FOR TYPE halfvec USING @am@ AS
	OPERATOR 1 <=> (halfvec, halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_halfvec_cosine(internal);
COMMENT ON OPERATOR CLASS halfvec_cosine_ops USING @am@ IS 'cosine distance';

CREATE OPERATOR CLASS bit_hamming_ops
	FOR TYPE bit USING @am@ AS
	OPERATOR 1 <~> (bit, bit) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_bit_hamming(internal);
COMMENT ON OPERATOR CLASS bit_hamming_ops USING @am@ IS 'Hamming distance';
