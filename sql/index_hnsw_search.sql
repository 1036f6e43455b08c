-- What a scan of a graph index returns: with candidates as many as rows, exactly what a sequential scan does.
SET hnsw.ef_search = 1000;

-- whole numbers and powers of two, so that distances are exact and equal ones are equal in every version and kernel
CREATE TABLE items (id integer PRIMARY KEY, kind integer, v vector(4), h halfvec(4), b bit(16), s sparsevec(8));
INSERT INTO items
	SELECT i, i % 7, p, p, ((i * 40503) % 65536)::bit(16),
		('{1:' || i % 5 + 1 || ',' || i % 6 + 2 || ':' || i % 13 + 1 || '}/8')::sparsevec
	FROM generate_series(1, 600) i, LATERAL (SELECT ARRAY[i % 17 - 8, i % 29 - 14, i % 5, i % 41]::real[]) AS a (p);
INSERT INTO items SELECT 1000 + i, i, NULL, NULL, NULL, NULL FROM generate_series(1, 3) i;
INSERT INTO items SELECT 2000 + i, i, '[0,0,0,0]', '[0,0,0,0]', repeat('0', 16)::bit(16), '{}/8' FROM generate_series(1, 3) i;

-- The distances of all rows in the order that the plan returns them, and the rows; query is SQL.
CREATE FUNCTION ordered(rel text, col text, operator text, query text, predicate text DEFAULT 'true', most integer DEFAULT 10000,
	OUT distances float8[], OUT ids integer[]) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT array_agg(d), array_agg(id) FROM (SELECT %I %s %s AS d, id FROM %s WHERE %s ORDER BY %I %s %s LIMIT %s) t',
		col, operator, query, rel, predicate, col, operator, query, most) INTO distances, ids;
END $$;
-- Whether the index one and a sequential scan agree: distances in the same order, and the same rows, of which those at the same distance in any order.
CREATE FUNCTION agree(col text, operator text, query text, predicate text DEFAULT 'true', rel text DEFAULT 'items', OUT rows integer, OUT same boolean)
LANGUAGE plpgsql AS $$
DECLARE
	exact record;
	found record;
	plan text;
BEGIN
	SET LOCAL enable_seqscan = off;
	SET LOCAL enable_sort = off;
	FOR plan IN EXECUTE format('EXPLAIN SELECT id FROM %s WHERE %s ORDER BY %I %s %s', rel, predicate, col, operator, query) LOOP
		EXIT WHEN plan ~ 'Index Scan using one';
	END LOOP;
	IF plan !~ 'Index Scan using one' THEN
		RAISE EXCEPTION 'not the index: %', plan;
	END IF;
	found := ordered(rel, col, operator, query, predicate);
	SET LOCAL enable_seqscan = on;
	SET LOCAL enable_sort = on;
	SET LOCAL enable_indexscan = off;
	-- rows without a distance, and zero vectors where these have none, are not in an index
	exact := ordered(rel, col, operator, query, format('(%s) AND %I %s %s <> ''NaN''', predicate, col, operator, query));
	SET LOCAL enable_indexscan = on;
	rows := cardinality(found.ids);
	same := found.distances = exact.distances AND
		(SELECT array_agg(i ORDER BY i) FROM unnest(found.ids) i) = (SELECT array_agg(i ORDER BY i) FROM unnest(exact.ids) i);
END $$;

-- each operator class, rows that were there and rows that came
CREATE FUNCTION check_class(method text, class text, operator text, query text, OUT built integer, OUT built_same boolean,
	OUT inserted integer, OUT inserted_same boolean) LANGUAGE plpgsql AS $$
DECLARE
	col text := CASE split_part(class, '_', 1) WHEN 'vector' THEN 'v' WHEN 'halfvec' THEN 'h' WHEN 'bit' THEN 'b' ELSE 's' END;
BEGIN
	EXECUTE format('CREATE INDEX one ON items USING %I (%I %I)', method, col, class);
	SELECT * FROM agree(col, operator, quote_literal(query)) INTO built, built_same;
	DROP INDEX one;
	CREATE TABLE come (LIKE items);
	EXECUTE format('CREATE INDEX one ON come USING %I (%I %I)', method, col, class);
	INSERT INTO come SELECT * FROM items;
	SELECT * FROM agree(col, operator, quote_literal(query), 'true', 'come') INTO inserted, inserted_same;
	DROP TABLE come;
END $$;
SELECT class, operator, checked.* FROM (VALUES
	('hnsw', 'vector_l2_ops', '<->', '[1,2,3,4]'), ('wemb_hnsw', 'vector_ip_ops', '<#>', '[1,-2,3,4]'),
	('hnsw', 'vector_cosine_ops', '<=>', '[1,2,3,4]'), ('wemb_hnsw', 'vector_l1_ops', '<+>', '[1,2,3,4]'),
	('wemb_hnsw', 'halfvec_l2_ops', '<->', '[1,2,3,4]'), ('hnsw', 'halfvec_ip_ops', '<#>', '[1,-2,3,4]'),
	('wemb_hnsw', 'halfvec_cosine_ops', '<=>', '[1,2,3,4]'), ('hnsw', 'halfvec_l1_ops', '<+>', '[1,2,3,4]'),
	('hnsw', 'sparsevec_l2_ops', '<->', '{1:1,5:7}/8'), ('wemb_hnsw', 'sparsevec_ip_ops', '<#>', '{1:1,5:7}/8'),
	('hnsw', 'sparsevec_cosine_ops', '<=>', '{1:1,5:7}/8'), ('wemb_hnsw', 'sparsevec_l1_ops', '<+>', '{1:1,5:7}/8'),
	('wemb_hnsw', 'bit_hamming_ops', '<~>', '1010101010101010'), ('hnsw', 'bit_jaccard_ops', '<%>', '1010101010101010')
) AS t (method, class, operator, query), check_class(method, class, operator, query) AS checked;

-- the same with other kernels
SET wemb.kernel = portable;
SELECT class, checked.* FROM (VALUES
	('vector_l2_ops', '<->', '[1,2,3,4]'), ('vector_ip_ops', '<#>', '[1,-2,3,4]'), ('vector_l1_ops', '<+>', '[1,2,3,4]')
) AS t (class, operator, query), check_class('hnsw', class, operator, query) AS checked;
RESET wemb.kernel;

-- queries in which a row is, which are far from all, zero, NULL
CREATE INDEX one ON items USING hnsw (v vector_l2_ops);
SELECT query, a.* FROM unnest(ARRAY['[-7,-13,1,1]', '[1e6,-1e6,0,0]', '[0,0,0,0]', '[0.001,0,0,0]']) AS query,
	agree('v', '<->', quote_literal(query)) AS a;
SET enable_seqscan = off;
SET enable_sort = off;
SELECT count(*), count(v <-> NULL) AS distances FROM (SELECT v FROM items ORDER BY v <-> NULL) t;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> (SELECT v FROM items WHERE id = 1001)) t;
SELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 1;
\echo :LAST_ERROR_SQLSTATE
SELECT id FROM items ORDER BY v <-> '[1,2,3,4,5]' LIMIT 1;

-- conditions, which a scan goes on for: nearly all rows pass, nearly none, none
RESET enable_seqscan;
RESET enable_sort;
SELECT predicate, a.* FROM unnest(ARRAY['kind <> 3', 'kind = 3', 'id = 599', 'id IN (3, 2001, 1001)', 'id % 100 = 1 AND v IS NOT NULL']) AS predicate,
	agree('v', '<->', '''[1,2,3,4]''', predicate) AS a;
SET enable_seqscan = off;
SET enable_sort = off;
SELECT id FROM items WHERE kind = 99 ORDER BY v <-> '[1,2,3,4]' LIMIT 5;

-- ef_search of 1 and a condition: off ends, the others go on; how far is limited
SET hnsw.ef_search = 1;
SET hnsw.iterative_scan = off;
SELECT count(*) FROM (SELECT id FROM items WHERE id > 300 ORDER BY v <-> '[0,0,0,0]' LIMIT 10) t;
SELECT count(*) FROM (SELECT id FROM items ORDER BY v <-> '[-7,-13,1,1]' LIMIT 10) t;
SET hnsw.iterative_scan = relaxed_order;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> '[0,0,0,0]') t;
SELECT count(*) FROM (SELECT id FROM items WHERE id BETWEEN 301 AND 600 ORDER BY v <-> '[0,0,0,0]' LIMIT 10) t;
SET hnsw.iterative_scan = strict_order;
SELECT count(*), bool_and(d >= before) AS ordered FROM (
	SELECT v <-> '[0,0,0,0]' AS d, lag(v <-> '[0,0,0,0]', 1, 0.0::float8) OVER () AS before FROM (
		SELECT v FROM items WHERE id BETWEEN 301 AND 600 ORDER BY v <-> '[0,0,0,0]' LIMIT 10) t) u;
SET hnsw.max_scan_tuples = 1;
SELECT count(*) < 100 AS limited FROM (SELECT id FROM items ORDER BY v <-> '[0,0,0,0]') t;
RESET hnsw.max_scan_tuples;

-- rows that are equal are one candidate: all of them come; where a scan ends with its candidates, ten at most of each
CREATE TABLE equal (id int, v vector(2));
INSERT INTO equal SELECT i, '[1,1]' FROM generate_series(1, 13) i;
CREATE INDEX ON equal USING hnsw (v vector_l2_ops);
INSERT INTO equal SELECT i, '[1,1]' FROM generate_series(14, 25) i;
RESET hnsw.iterative_scan;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM equal ORDER BY v <-> '[1,1]') t;
SET hnsw.iterative_scan = off;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM equal ORDER BY v <-> '[1,1]') t;
SET hnsw.ef_search = 2;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM equal ORDER BY v <-> '[1,1]') t;
SET hnsw.ef_search = 3;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM equal ORDER BY v <-> '[1,1]') t;
DROP TABLE equal;
RESET hnsw.iterative_scan;
SET hnsw.ef_search = 1000;

-- two distances; the first may be NULL, and decides nothing then
EXPLAIN (COSTS off) SELECT id FROM items ORDER BY v <-> '[1,2,3,4]', v <-> '[4,3,2,1]' LIMIT 5;
CREATE FUNCTION two(first vector, second vector) RETURNS TABLE (rows bigint, same boolean) LANGUAGE plpgsql AS $$
DECLARE
	found text[];
	exact text[];
BEGIN
	SET LOCAL enable_seqscan = off;
	SET LOCAL enable_sort = off;
	found := ARRAY(SELECT ((v <-> first), (v <-> second))::text FROM items ORDER BY v <-> first, v <-> second);
	SET LOCAL enable_sort = on;
	SET LOCAL enable_indexscan = off;
	exact := ARRAY(SELECT ((v <-> first), (v <-> second))::text FROM items WHERE v IS NOT NULL ORDER BY v <-> first, v <-> second);
	RETURN QUERY SELECT cardinality(found)::bigint, found = exact;
END $$;
SELECT * FROM two('[1,2,3,4]', '[4,3,2,1]');
SELECT * FROM two('[0,0,0,0]', '[0,0,0,0]');
SELECT * FROM two(NULL, '[4,3,2,1]');
SELECT * FROM two('[4,3,2,1]', NULL);
DROP FUNCTION two(vector, vector);

-- a scan begun anew for each row
SELECT count(*), bool_and(near.d = 0) AS itself FROM items a,
	LATERAL (SELECT b.v <-> a.v AS d FROM items b ORDER BY b.v <-> a.v LIMIT 1) near WHERE a.v IS NOT NULL;
SELECT a.id, array_agg(near.d ORDER BY near.n) FROM items a,
	LATERAL (SELECT b.v <-> a.v AS d, row_number() OVER () AS n FROM items b ORDER BY b.v <-> a.v LIMIT 2) near
WHERE a.id IN (2001, 1001) GROUP BY 1 ORDER BY 1;

-- cursors: on from where they are; the row at a cursor; back only with SCROLL, which keeps what came
BEGIN;
DECLARE c CURSOR FOR SELECT id, v <-> '[-7,-13,1,1]' AS d FROM items ORDER BY v <-> '[-7,-13,1,1]';
FETCH 1 FROM c;
UPDATE items SET kind = 77 WHERE CURRENT OF c;
MOVE 598 IN c;
MOVE ALL IN c;
FETCH 1 FROM c;
CLOSE c;
DECLARE c SCROLL CURSOR FOR SELECT id FROM items ORDER BY v <-> '[-7,-13,1,1]' LIMIT 3;
FETCH LAST FROM c \gset last_
FETCH FIRST FROM c;
FETCH LAST FROM c \gset again_
SELECT :last_id = :again_id AS same;
ROLLBACK;

-- prepared, with a plan for any parameter; NULL may be one
PREPARE near(vector, integer) AS SELECT v <-> $1 AS d FROM items ORDER BY v <-> $1 LIMIT $2;
SET plan_cache_mode = force_generic_plan;
EXECUTE near('[-7,-13,1,1]', 2);
EXECUTE near('[0,0,0,0]', 4);
EXECUTE near(NULL, 1);
RESET plan_cache_mode;
DEALLOCATE near;

-- what other transactions and commands do: the scan sees its snapshot
BEGIN;
INSERT INTO items (id, v) VALUES (3000, '[500,500,500,500]');
SELECT id FROM items ORDER BY v <-> '[500,500,500,500]' LIMIT 1;
UPDATE items SET v = '[600,600,600,600]' WHERE id = 3000;
SELECT id, v FROM items ORDER BY v <-> '[500,500,500,500]' LIMIT 1;
DELETE FROM items WHERE id = 3000;
SELECT id = 3000 AS there FROM items ORDER BY v <-> '[500,500,500,500]' LIMIT 1;
ROLLBACK;
SELECT id = 3000 AS there FROM items ORDER BY v <-> '[500,500,500,500]' LIMIT 1;
RESET enable_seqscan;
RESET enable_sort;

-- the index made again, also beside other transactions
REINDEX INDEX one;
SELECT * FROM agree('v', '<->', '''[1,2,3,4]''');
REINDEX INDEX CONCURRENTLY one;
SELECT * FROM agree('v', '<->', '''[1,2,3,4]''');
DROP INDEX one;
CREATE INDEX CONCURRENTLY one ON items USING hnsw (v vector_ip_ops);
SELECT * FROM agree('v', '<#>', '''[1,2,3,4]''');
DROP INDEX one;

-- part of the rows, an expression
CREATE INDEX one ON items USING hnsw (v vector_l2_ops) WHERE kind = 3;
INSERT INTO items (id, kind, v) VALUES (4000, 3, '[1,2,3,4]'), (4001, 4, '[1,2,3,4]');
SELECT * FROM agree('v', '<->', '''[1,2,3,4]''', 'kind = 3');
DELETE FROM items WHERE id >= 4000;
DROP INDEX one;
CREATE INDEX one ON items USING hnsw ((subvector(v, 2, 2)::vector(2)) vector_l2_ops);
SET enable_seqscan = off;
SELECT count(*), max(d) = (SELECT d FROM (SELECT subvector(v, 2, 2) <-> '[1,1]' AS d FROM items) t ORDER BY d OFFSET 9 LIMIT 1) AS same
FROM (SELECT subvector(v, 2, 2)::vector(2) <-> '[1,1]' AS d FROM items ORDER BY subvector(v, 2, 2)::vector(2) <-> '[1,1]' LIMIT 10) t;
RESET enable_seqscan;
DROP INDEX one;

-- duplicates: all come, of a few and of many
CREATE TABLE twins (id serial, v vector(3), b bit(4));
CREATE INDEX one ON twins USING hnsw (v vector_l2_ops);
INSERT INTO twins (v, b) SELECT '[1,1,1]', '1010' FROM generate_series(1, 1000);
INSERT INTO twins (v, b) SELECT ARRAY[i, i, i], '0101' FROM generate_series(2, 3) i;
SELECT a.* FROM agree('v', '<->', '''[1,1,1]''', 'true', 'twins') a;
SELECT a.* FROM agree('v', '<->', '''[9,9,9]''', 'true', 'twins') a;
REINDEX INDEX one;
SELECT a.* FROM agree('v', '<->', '''[9,9,9]''', 'true', 'twins') a;
DROP INDEX one;
CREATE INDEX one ON twins USING hnsw (b bit_hamming_ops);
SELECT a.* FROM agree('b', '<~>', 'B''1111''', 'true', 'twins') a;
DROP TABLE twins;

-- an empty table, one row, the same row gone
CREATE TABLE few (id serial, v vector(3));
CREATE INDEX one ON few USING hnsw (v vector_cosine_ops);
SET enable_seqscan = off;
SELECT v FROM few ORDER BY v <=> '[1,1,1]';
INSERT INTO few (v) VALUES ('[0,0,0]'), (NULL);
SELECT v FROM few ORDER BY v <=> '[1,1,1]';
INSERT INTO few (v) VALUES ('[1,2,3]');
SELECT v FROM few ORDER BY v <=> '[1,1,1]';
SELECT v FROM few ORDER BY v <=> '[0,0,0]';
SELECT v FROM few ORDER BY v <=> NULL;
TRUNCATE few;
SELECT v FROM few ORDER BY v <=> '[1,1,1]';
INSERT INTO few (v) VALUES ('[3,2,1]');
SELECT v FROM few ORDER BY v <=> '[1,1,1]';
RESET enable_seqscan;
DROP TABLE few;

-- other kinds of tables
CREATE UNLOGGED TABLE quick AS SELECT * FROM items;
CREATE INDEX one ON quick USING hnsw (v vector_l2_ops);
SELECT * FROM agree('v', '<->', '''[1,2,3,4]''', 'true', 'quick');
ALTER TABLE quick SET LOGGED;
SELECT * FROM agree('v', '<->', '''[1,2,3,4]''', 'true', 'quick');
DROP TABLE quick;
CREATE TEMPORARY TABLE mine AS SELECT * FROM items;
CREATE INDEX one ON mine USING hnsw (h halfvec_l2_ops);
INSERT INTO mine SELECT * FROM items;
SELECT * FROM agree('h', '<->', '''[1,2,3,4]''', 'true', 'mine');
DROP TABLE mine;
CREATE TABLE parts (LIKE items) PARTITION BY RANGE (id);
CREATE TABLE parts_one PARTITION OF parts FOR VALUES FROM (0) TO (300);
CREATE TABLE parts_two PARTITION OF parts FOR VALUES FROM (300) TO (10000);
CREATE INDEX ON parts USING hnsw (v vector_l2_ops);
INSERT INTO parts SELECT * FROM items;
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM parts ORDER BY v <-> '[1,2,3,4]' LIMIT 10;
SELECT array_agg(d) = (SELECT array_agg(d) FROM (SELECT v <-> '[1,2,3,4]' AS d FROM items ORDER BY 1 LIMIT 300) t) AS same
FROM (SELECT v <-> '[1,2,3,4]' AS d FROM parts ORDER BY v <-> '[1,2,3,4]' LIMIT 300) t;
RESET enable_seqscan;
DROP TABLE parts;

DROP TABLE items;
DROP FUNCTION check_class(text, text, text, text), agree(text, text, text, text, text), ordered(text, text, text, text, text, integer);
