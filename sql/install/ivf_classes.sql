-- ivf_classes.sql: the operator class that only the list index has so.      C: src/index/metric.c, src/index/ivf
-- Before index_classes.sql, which see.  It is the default of its type, as pgvector's of ivfflat.

CREATE OPERATOR CLASS vector_l2_ops
	DEFAULT FOR TYPE vector USING @am@ AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 wemb_index_vector_l2(internal);
COMMENT ON OPERATOR CLASS vector_l2_ops USING @am@ IS 'Euclidean distance';
