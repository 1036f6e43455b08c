-- Settings of a search: pgvector's, which wemb stands in for, and wemb.target_recall.

-- before the access method is used the server takes any value; bad ones are dropped then
SET hnsw.ef_search = 5000;
SET hnsw.iterative_scan = relaxed_order;
SELECT amvalidate(oid) FROM pg_opclass
	WHERE opcname = 'vector_l2_ops' AND opcmethod = (SELECT oid FROM pg_am WHERE amname = 'hnsw');
SHOW hnsw.ef_search;
SHOW hnsw.iterative_scan;

-- defaults are pgvector's, but that a scan goes on, in order, until there are enough rows
RESET hnsw.iterative_scan;
SHOW hnsw.iterative_scan;
SHOW hnsw.max_scan_tuples;
SHOW hnsw.scan_mem_multiplier;
SHOW wemb.target_recall;

-- ranges
SET hnsw.ef_search = 1;
SET hnsw.ef_search = 1000;
SHOW hnsw.ef_search;
SET hnsw.ef_search = 0;
\echo :LAST_ERROR_SQLSTATE
SET hnsw.ef_search = 1001;
SET hnsw.ef_search = many;
\echo :LAST_ERROR_SQLSTATE
SET hnsw.ef_search = '';
SET hnsw.ef_search = 99999999999;
SHOW hnsw.ef_search;
RESET hnsw.ef_search;
SHOW hnsw.ef_search;
SET hnsw.ef_search = 50;
SET hnsw.ef_search TO DEFAULT;
SHOW hnsw.ef_search;

SET hnsw.iterative_scan = OFF;
SHOW hnsw.iterative_scan;
SET hnsw.iterative_scan = 'Relaxed_Order';
SHOW hnsw.iterative_scan;
SET hnsw.iterative_scan = on;
\echo :LAST_ERROR_SQLSTATE
SET hnsw.iterative_scan = '';

SET hnsw.max_scan_tuples = 0;
SET hnsw.max_scan_tuples = 2147483647;
SHOW hnsw.max_scan_tuples;
SET hnsw.max_scan_tuples = 2147483648;
SET hnsw.max_scan_tuples = 1.6;
SHOW hnsw.max_scan_tuples;

SET hnsw.scan_mem_multiplier = 0;
SET hnsw.scan_mem_multiplier = 1001;
SET hnsw.scan_mem_multiplier = 2.50;
SHOW hnsw.scan_mem_multiplier;
SET hnsw.scan_mem_multiplier = nan;

SET wemb.target_recall = 0.4;
SET wemb.target_recall = 1;
SET wemb.target_recall = 0.999;
SHOW wemb.target_recall;

-- with the transaction, the subtransaction, and a function
BEGIN;
SET LOCAL hnsw.ef_search = 60;
SAVEPOINT s;
SET LOCAL hnsw.ef_search = 70;
SHOW hnsw.ef_search;
ROLLBACK TO s;
SHOW hnsw.ef_search;
COMMIT;
SHOW hnsw.ef_search;
CREATE FUNCTION effort() RETURNS text LANGUAGE sql SET hnsw.ef_search = 80 AS $$SELECT current_setting('hnsw.ef_search')$$;
SELECT effort(), current_setting('hnsw.ef_search');
DROP FUNCTION effort();

RESET ALL;
SELECT current_setting('hnsw.ef_search'), current_setting('hnsw.iterative_scan'), current_setting('hnsw.max_scan_tuples'),
	current_setting('hnsw.scan_mem_multiplier'), current_setting('wemb.target_recall');
