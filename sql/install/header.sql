-- header.sql: where wemb cannot be installed.                  C: none

\echo Use "CREATE EXTENSION wemb" to load this file. \quit

-- pgvector brings types, operators and operator classes of the same names, so
-- for now a database can hold one of the two.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_extension
			   WHERE extname OPERATOR(pg_catalog.=) 'vector'::pg_catalog.name)
	THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = 'wemb cannot be installed in a database that has the extension "vector"',
			DETAIL = 'Both define the type vector.',
			HINT = 'Install wemb in another database, or drop the extension "vector" first.';
	END IF;
END
$$;
