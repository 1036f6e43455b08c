-- Vacuum of a list index: rows go, their places are used again, and every row that is left is found.
SET enable_seqscan = off;

CREATE TABLE points (id int, v vector(3)) WITH (autovacuum_enabled = off);
INSERT INTO points SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100 % 10]::vector FROM generate_series(0, 3999) i;
CREATE INDEX points_v ON points USING wemb_ivf (v) WITH (lists = 20);
SELECT rows, gone, lists FROM wemb_index_stats('points_v');

-- What an index scan to the end gives, against the table
CREATE FUNCTION lost_or_twice(query vector) RETURNS TABLE (lost bigint, twice bigint)
LANGUAGE sql AS $$
	WITH scan AS MATERIALIZED (SELECT id FROM points ORDER BY v <-> query),
		rows AS MATERIALIZED (SELECT id FROM points ORDER BY id + 0)
	SELECT (SELECT count(*) FROM rows WHERE id NOT IN (SELECT id FROM scan)),
		(SELECT count(*) - count(DISTINCT id) FROM scan)
$$;
SELECT * FROM lost_or_twice('[1,2,3]');

-- Some of each list
DELETE FROM points WHERE id % 3 = 0;
VACUUM points;
SELECT rows FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[1,2,3]');

-- New rows, some where others were: no row comes for another's
INSERT INTO points SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100 % 10]::vector FROM generate_series(10000, 11333) i;
SELECT rows = (SELECT count(*) FROM points) AS all_rows FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[9,9,9]');
SELECT v FROM points WHERE id = 10456;
SELECT min(v <-> '[6,5,4]') FROM (SELECT v FROM points ORDER BY v <-> '[6,5,4]' LIMIT 1) t;

-- Lists as a whole
DELETE FROM points WHERE (v <-> '[2,2,2]') < 4 OR id % 2 = 0;
VACUUM points;
SELECT rows = (SELECT count(*) FROM points) AS all_rows FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[2,2,2]');

-- The same rows again and again: the index does not grow without end
SELECT pages AS pages_before FROM wemb_index_stats('points_v') \gset
CREATE PROCEDURE again() LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM points;
	DELETE FROM points;
	INSERT INTO points SELECT * FROM kept;
END $$;
CALL again();
VACUUM points;
CALL again();
VACUUM points;
CALL again();
VACUUM points;
CALL again();
VACUUM points;
CALL again();
VACUUM points;
SELECT pages < :pages_before * 3 AS bounded FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[5,5,5]');
DROP PROCEDURE again();

-- All: the index is empty, and takes rows again
DELETE FROM points;
VACUUM points;
SELECT rows, gone, longest_list FROM wemb_index_stats('points_v');
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[9,9,9]');
INSERT INTO points SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100 % 10]::vector FROM generate_series(0, 499) i;
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[9,9,9]');
SELECT id FROM points ORDER BY v <-> '[4,5,3]' LIMIT 1;

-- Rows that an aborted transaction left, an index made while rows are dying
BEGIN;
INSERT INTO points SELECT i, '[50,50,50]' FROM generate_series(20000, 20099) i;
ROLLBACK;
VACUUM points;
SELECT rows FROM wemb_index_stats('points_v');
SELECT id FROM points ORDER BY v <-> '[50,50,50]' LIMIT 1;
DELETE FROM points WHERE id < 100;
REINDEX INDEX points_v;
VACUUM points;
SELECT * FROM wemb_index_check('points_v');
SELECT * FROM lost_or_twice('[0,0,0]');
DROP FUNCTION lost_or_twice(vector);
DROP TABLE points;

-- Emptied and filled with the same: the lists stay, the pages of what went are used again, and the file is as long as before
CREATE TABLE filled (id int, v vector(3)) WITH (autovacuum_enabled = off);
INSERT INTO filled SELECT i, ARRAY[i % 31, i / 31 % 31, i / 961]::vector FROM generate_series(0, 19999) i;
CREATE TABLE kept AS SELECT * FROM filled;
CREATE INDEX filled_v ON filled USING wemb_ivf (v);
SELECT pages AS pages_before FROM wemb_index_stats('filled_v') \gset
DELETE FROM filled;
VACUUM filled;
INSERT INTO filled SELECT * FROM kept;
SELECT pages = :pages_before AS as_before FROM wemb_index_stats('filled_v');
SELECT * FROM wemb_index_check('filled_v');
DELETE FROM filled;
VACUUM filled;
INSERT INTO filled SELECT * FROM kept;
DELETE FROM filled;
VACUUM filled;
INSERT INTO filled SELECT * FROM kept;
SELECT pages = :pages_before AS as_before, rows, gone FROM wemb_index_stats('filled_v');
SELECT * FROM wemb_index_check('filled_v');
SELECT id FROM filled ORDER BY v <-> '[5,5,5]' LIMIT 1;
DROP TABLE filled, kept;

-- Vectors that take pages of their own
CREATE TABLE long (id int, v vector(9000)) WITH (autovacuum_enabled = off);
INSERT INTO long SELECT i, array_fill(i, ARRAY[9000])::vector FROM generate_series(1, 12) i;
CREATE INDEX long_v ON long USING wemb_ivf (v);
DELETE FROM long WHERE id % 2 = 0;
VACUUM long;
SELECT * FROM wemb_index_check('long_v');
SELECT id FROM long ORDER BY v <-> array_fill(4.1, ARRAY[9000])::vector;
DROP TABLE long;
