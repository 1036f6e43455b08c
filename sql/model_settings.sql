-- Settings, and names of models.

-- the library is loaded by the first call; until then any value is taken
SELECT count(*) FROM wemb_progress;
SELECT name, setting, unit, vartype, context, min_val, enumvals
	FROM pg_settings WHERE name LIKE 'wemb.%' AND name <> 'wemb.kernel' ORDER BY name COLLATE "C";
SELECT name, setting, vartype, context, enumvals FROM pg_settings WHERE name = 'wemb.kernel';

SET wemb.kernel = portable;
SET wemb.kernel = auto;
SET wemb.kernel = mmx;

-- names are checked as names
SET wemb.model = 'news';
SET wemb.model = '"News of the World".news';
SET wemb.model = '';
\echo :LAST_ERROR_SQLSTATE
SET wemb.model = 'a b';
SET wemb.model = 'db.schema.news';
SET wemb.model = '"News';
RESET wemb.model;

SELECT wemb('x');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb('x', '');
\echo :LAST_ERROR_SQLSTATE
SELECT wemb('x', ' ');
SELECT wemb('x', 'a b');
SELECT wemb('x', '.news');
SELECT wemb('x', 'a.b.c');
SELECT wemb('x', 'No_Such_Model');
SELECT wemb('x', '"No_Such_Model"');
SELECT wemb('x', 'no_such_schema.news');
\echo :LAST_ERROR_SQLSTATE
-- 57 bytes leave room for the companion's name
SELECT wemb('x', repeat('n', 57));
SELECT wemb('x', repeat('n', 58));
\echo :LAST_ERROR_SQLSTATE
SELECT wemb('x', repeat('n', 100));
SELECT wemb('x', repeat('é', 29));
