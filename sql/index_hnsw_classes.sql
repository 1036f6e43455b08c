-- Operator classes of the access methods hnsw and wemb_hnsw.

SELECT amname, amtype, amhandler::regproc FROM pg_am WHERE amname ~ 'hnsw' ORDER BY amname COLLATE "C";

-- the same of both; each can be ordered by one operator
SELECT c.opcname, format_type(c.opcintype, NULL) AS type, c.opcdefault AS "default", c.opckeytype = 0 AS stores_itself,
	o.amopopr::regoperator, o.amopstrategy AS number, o.amoppurpose AS purpose, f.opfname AS sorted_by,
	p.amproc::regproc, string_agg(a.amname, ' ' ORDER BY a.amname COLLATE "C") AS methods
FROM pg_opclass c
	JOIN pg_am a ON a.oid = c.opcmethod
	JOIN pg_amop o ON o.amopfamily = c.opcfamily
	JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
	JOIN pg_opfamily f ON f.oid = o.amopsortfamily
WHERE a.amname ~ 'hnsw'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ORDER BY c.opcname COLLATE "C";

SELECT a.amname, count(*), bool_and(amvalidate(c.oid)) AS valid
FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod WHERE a.amname ~ 'hnsw' GROUP BY 1 ORDER BY 1;

-- what the access method says of itself
SELECT amname, property, pg_indexam_has_property(oid, property)
FROM pg_am, unnest(ARRAY['can_order', 'can_unique', 'can_multi_col', 'can_exclude', 'can_include']) AS property
WHERE amname = 'hnsw';

-- an operator class of somebody else's making
CREATE FUNCTION wrong(internal) RETURNS internal LANGUAGE internal STRICT AS 'int4in';
CREATE OPERATOR CLASS wrong_function FOR TYPE vector USING hnsw AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops, FUNCTION 1 wrong(internal);
CREATE OPERATOR CLASS wrong_signature FOR TYPE vector USING hnsw AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops, FUNCTION 1 vector_norm(vector);
CREATE OPERATOR CLASS no_function FOR TYPE vector USING hnsw AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops;
CREATE OPERATOR CLASS no_operator FOR TYPE vector USING hnsw AS
	FUNCTION 1 wemb_index_vector_l2(internal);
CREATE OPERATOR CLASS searches FOR TYPE vector USING hnsw AS
	OPERATOR 1 = (vector, vector), FUNCTION 1 wemb_index_vector_l2(internal);
CREATE OPERATOR CLASS wrong_result FOR TYPE vector USING hnsw AS
	OPERATOR 1 + (vector, vector) FOR ORDER BY vector_ops, FUNCTION 1 wemb_index_vector_l2(internal);
CREATE OPERATOR CLASS no_such_number FOR TYPE vector USING hnsw AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops, FUNCTION 2 wemb_index_vector_l2(internal);
CREATE OPERATOR CLASS wrong_type FOR TYPE vector USING hnsw AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops, FUNCTION 1 wemb_index_halfvec_l2(internal);
SELECT c.opcname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE a.amname = 'hnsw' AND c.opcname ~ '^(wrong|no_|searches)' ORDER BY c.opcname COLLATE "C";

CREATE TABLE items (v vector(3));
CREATE INDEX ON items USING hnsw (v wrong_function);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING hnsw (v wrong_signature);
CREATE INDEX ON items USING hnsw (v no_function);
CREATE INDEX ON items USING hnsw (v wrong_type);
DROP TABLE items;
DROP OPERATOR FAMILY wrong_function USING hnsw;
DROP OPERATOR FAMILY wrong_signature USING hnsw;
DROP OPERATOR FAMILY no_function USING hnsw;
DROP OPERATOR FAMILY no_operator USING hnsw;
DROP OPERATOR FAMILY searches USING hnsw;
DROP OPERATOR FAMILY wrong_result USING hnsw;
DROP OPERATOR FAMILY wrong_type USING hnsw;
DROP FUNCTION wrong(internal);
