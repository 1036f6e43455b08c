-- index_metrics.sql: what operator classes of our indexes measure.      C: src/index/metric.c
-- After header.sql.  Support function 1 of an operator class; the access methods know them by address and SQL cannot call them.

CREATE FUNCTION wemb_index_vector_l2(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_vector_l2'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_vector_l2(internal) IS 'for operator classes: Euclidean distance of vector';

CREATE FUNCTION wemb_index_vector_ip(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_vector_ip'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_vector_ip(internal) IS 'for operator classes: negative inner product of vector';

CREATE FUNCTION wemb_index_vector_cosine(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_vector_cosine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_vector_cosine(internal) IS 'for operator classes: cosine distance of vector';

CREATE FUNCTION wemb_index_vector_l1(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_vector_l1'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_vector_l1(internal) IS 'for operator classes: taxicab distance of vector';

CREATE FUNCTION wemb_index_halfvec_l2(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_halfvec_l2'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_halfvec_l2(internal) IS 'for operator classes: Euclidean distance of halfvec';

CREATE FUNCTION wemb_index_halfvec_ip(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_halfvec_ip'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_halfvec_ip(internal) IS 'for operator classes: negative inner product of halfvec';

CREATE FUNCTION wemb_index_halfvec_cosine(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_halfvec_cosine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_halfvec_cosine(internal) IS 'for operator classes: cosine distance of halfvec';

CREATE FUNCTION wemb_index_halfvec_l1(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_halfvec_l1'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_halfvec_l1(internal) IS 'for operator classes: taxicab distance of halfvec';

CREATE FUNCTION wemb_index_sparsevec_l2(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_sparsevec_l2'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_sparsevec_l2(internal) IS 'for operator classes: Euclidean distance of sparsevec';

CREATE FUNCTION wemb_index_sparsevec_ip(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_sparsevec_ip'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_sparsevec_ip(internal) IS 'for operator classes: negative inner product of sparsevec';

CREATE FUNCTION wemb_index_sparsevec_cosine(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_sparsevec_cosine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_sparsevec_cosine(internal) IS 'for operator classes: cosine distance of sparsevec';

CREATE FUNCTION wemb_index_sparsevec_l1(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_sparsevec_l1'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_sparsevec_l1(internal) IS 'for operator classes: taxicab distance of sparsevec';

CREATE FUNCTION wemb_index_bit_hamming(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_bit_hamming'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_bit_hamming(internal) IS 'for operator classes: Hamming distance of bit';

CREATE FUNCTION wemb_index_bit_jaccard(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'wemb_index_bit_jaccard'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wemb_index_bit_jaccard(internal) IS 'for operator classes: Jaccard distance of bit';
