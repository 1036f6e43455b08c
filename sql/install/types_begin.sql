-- types_begin.sql: opens the block of what exists only where pgvector does not.      C: src/app/model/install_types.c
-- After header.sql.
--
-- The parts from here to types_end.sql are one string, which the function runs
-- in a database without the extension "vector".  Where that is installed it
-- makes wemb depend on it, and `vector` in the parts that follow stands for
-- pgvector's type, in whatever schema.
--
-- A function of ours and not DO: plpgsql may be missing, and dependencies
-- between extensions cannot be declared in SQL.  The cast is there so that no
-- other function of its name can fit better.
--
-- ALTER EXTENSION UPDATE forgets the dependency and has a search_path of its
-- own: an upgrade script that names the type, or adds to the block, has its DDL
-- between the same two parts.

CREATE FUNCTION wemb_install_types(definitions text) RETURNS void
	AS 'MODULE_PATHNAME', 'wemb_install_types'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION wemb_install_types(text)
	IS 'runs the definitions of types, or takes the types of pgvector; for the install script only';

SELECT @extschema@.wemb_install_types($types$

