-- Operator classes of the access methods ivfflat and wemb_ivf.

SELECT amname, amtype, amhandler::regproc FROM pg_am WHERE amname ~ 'ivf' ORDER BY amname COLLATE "C";

-- the same of both; each can be ordered by one operator
SELECT c.opcname, format_type(c.opcintype, NULL) AS type, c.opcdefault AS "default", c.opckeytype = 0 AS stores_itself,
	o.amopopr::regoperator, o.amopstrategy AS number, o.amoppurpose AS purpose, f.opfname AS sorted_by,
	p.amproc::regproc, string_agg(a.amname, ' ' ORDER BY a.amname COLLATE "C") AS methods
FROM pg_opclass c
	JOIN pg_am a ON a.oid = c.opcmethod
	JOIN pg_amop o ON o.amopfamily = c.opcfamily
	JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
	JOIN pg_opfamily f ON f.oid = o.amopsortfamily
WHERE a.amname ~ 'ivf'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ORDER BY c.opcname COLLATE "C";

SELECT a.amname, count(*), bool_and(amvalidate(c.oid)) AS valid
FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod WHERE a.amname ~ 'ivf' GROUP BY 1 ORDER BY 1;

-- what the access method says of itself
SELECT amname, property, pg_indexam_has_property(oid, property)
FROM pg_am, unnest(ARRAY['can_order', 'can_unique', 'can_multi_col', 'can_exclude', 'can_include']) AS property
WHERE amname = 'ivfflat';

-- an operator class of somebody else's making, and of distances that lists do not have
CREATE OPERATOR CLASS no_function FOR TYPE vector USING ivfflat AS
	OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops;
CREATE OPERATOR CLASS wrong_l1 FOR TYPE vector USING ivfflat AS
	OPERATOR 1 <+> (vector, vector) FOR ORDER BY float_ops, FUNCTION 1 wemb_index_vector_l1(internal);
CREATE OPERATOR CLASS wrong_sparsevec FOR TYPE sparsevec USING ivfflat AS
	OPERATOR 1 <-> (sparsevec, sparsevec) FOR ORDER BY float_ops, FUNCTION 1 wemb_index_sparsevec_l2(internal);
CREATE OPERATOR CLASS wrong_jaccard FOR TYPE bit USING ivfflat AS
	OPERATOR 1 <%> (bit, bit) FOR ORDER BY float_ops, FUNCTION 1 wemb_index_bit_jaccard(internal);
SELECT c.opcname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE a.amname = 'ivfflat' AND c.opcname ~ '^(wrong|no_)' ORDER BY c.opcname COLLATE "C";

CREATE TABLE items (v vector(3), s sparsevec(3), b bit(3));
CREATE INDEX ON items USING ivfflat (v no_function);
CREATE INDEX ON items USING ivfflat (v wrong_l1);
\echo :LAST_ERROR_SQLSTATE
CREATE INDEX ON items USING ivfflat (s wrong_sparsevec);
CREATE INDEX ON items USING ivfflat (b wrong_jaccard);
INSERT INTO items VALUES ('[1,2,3]');
CREATE INDEX ON items USING ivfflat (v wrong_l1);
SELECT count(*) FROM pg_index WHERE indrelid = 'items'::regclass;
DROP TABLE items;
DROP OPERATOR FAMILY no_function USING ivfflat;
DROP OPERATOR FAMILY wrong_l1 USING ivfflat;
DROP OPERATOR FAMILY wrong_sparsevec USING ivfflat;
DROP OPERATOR FAMILY wrong_jaccard USING ivfflat;

-- the default class of vector, options that are good, and the most dimensions
CREATE TABLE items (v vector(16000), h halfvec(16000), b bit(64000), loose vector, varying varbit);
CREATE INDEX ON items USING ivfflat (v);
CREATE INDEX ON items USING wemb_ivf (v) WITH (lists = 1, bits = 1);
CREATE INDEX ON items USING ivfflat (h halfvec_ip_ops) WITH (lists = 32768);
CREATE INDEX ON items USING ivfflat (b bit_hamming_ops) WITH (lists = 100, bits = 8);
CREATE INDEX ON items USING ivfflat ((loose::vector(4)) vector_cosine_ops);
CREATE INDEX ON items USING ivfflat ((varying::bit(4)) bit_hamming_ops);
SELECT relname, reloptions FROM pg_class JOIN pg_index ON oid = indexrelid WHERE indrelid = 'items'::regclass ORDER BY relname COLLATE "C";
DROP TABLE items;
