-- Settings of a search of lists: pgvector's, which wemb stands in for.

-- before an access method is used the server takes any value; bad ones are dropped then
SET ivfflat.probes = 50000;
SET ivfflat.iterative_scan = strict_order;
SET ivfflat.max_probes = 20;
SELECT amvalidate(oid) FROM pg_opclass
	WHERE opcname = 'vector_l2_ops' AND opcmethod = (SELECT oid FROM pg_am WHERE amname = 'ivfflat');
SHOW ivfflat.probes;
SHOW ivfflat.iterative_scan;
SHOW ivfflat.max_probes;

-- defaults are pgvector's, but that a scan goes on until there are enough rows; those of graphs are there, too
RESET ivfflat.max_probes;
SHOW ivfflat.max_probes;
SHOW hnsw.ef_search;

-- ranges
SET ivfflat.probes = 1;
SET ivfflat.probes = 32768;
SHOW ivfflat.probes;
SET ivfflat.probes = 0;
\echo :LAST_ERROR_SQLSTATE
SET ivfflat.probes = 32769;
SET ivfflat.probes = many;
\echo :LAST_ERROR_SQLSTATE
SET ivfflat.probes = '';
SHOW ivfflat.probes;
RESET ivfflat.probes;
SHOW ivfflat.probes;

SET ivfflat.iterative_scan = OFF;
SHOW ivfflat.iterative_scan;
SET ivfflat.iterative_scan = 'Relaxed_Order';
SHOW ivfflat.iterative_scan;
SET ivfflat.iterative_scan = strict_order;
\echo :LAST_ERROR_SQLSTATE
SET ivfflat.iterative_scan = on;
SHOW ivfflat.iterative_scan;

SET ivfflat.max_probes = 0;
SET ivfflat.max_probes = 32769;
SET ivfflat.max_probes = 32768;
SHOW ivfflat.max_probes;

-- with the transaction, and a function
BEGIN;
SET LOCAL ivfflat.probes = 60;
SAVEPOINT s;
SET LOCAL ivfflat.probes = 70;
ROLLBACK TO s;
SHOW ivfflat.probes;
COMMIT;
SHOW ivfflat.probes;
CREATE FUNCTION effort() RETURNS text LANGUAGE sql SET ivfflat.probes = 80 AS $$SELECT current_setting('ivfflat.probes')$$;
SELECT effort(), current_setting('ivfflat.probes');
DROP FUNCTION effort();

-- what they do: lists that are as far apart as the rows of one are from each other are not
RESET ALL;
CREATE TABLE items (id integer, v vector(2));
INSERT INTO items SELECT i, ARRAY[i % 4 * 1000 + i % 10, i % 7] FROM generate_series(1, 4000) i;
CREATE INDEX items_v ON items USING ivfflat (v vector_l2_ops) WITH (lists = 4);
SELECT lists, longest_list, rows FROM wemb_index_stats('items_v');
SET enable_seqscan = off;
SET ivfflat.iterative_scan = off;
SET ivfflat.probes = 1;
SELECT count(*), min(v <-> '[0,0]') < 15 AS near, max(v <-> '[0,0]') < 15 AS far FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;
SET ivfflat.probes = 3;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;
SET ivfflat.probes = 32768;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;

-- max_probes limits a search that goes on; if it is less than probes, probes holds
SET ivfflat.iterative_scan = relaxed_order;
SET ivfflat.probes = 1;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;
SET ivfflat.max_probes = 2;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;
SELECT count(*) FROM (SELECT v FROM items WHERE id % 1000 = 2 ORDER BY v <-> '[0,0]' LIMIT 10) t;
SET ivfflat.probes = 3;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;
SET ivfflat.max_probes = 1;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;

-- unset, a scan goes on to the end
RESET ALL;
SET enable_seqscan = off;
SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> '[0,0]') t;
SELECT count(*) FROM (SELECT v FROM items WHERE id % 1000 = 2 ORDER BY v <-> '[0,0]' LIMIT 10) t;
DROP TABLE items;
