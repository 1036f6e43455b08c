-- classes_begin.sql: opens the block of operator classes for whoever's types there are.      C: src/app/model/install_classes.c
-- After types_end.sql and the access methods.
--
-- The parts from here to classes_end.sql are one string, of which the function
-- runs what an older pgvector has the operators for.  See types_begin.sql for
-- why it is a function, and why the cast.

CREATE FUNCTION wemb_install_classes(definitions text) RETURNS void
	AS 'MODULE_PATHNAME', 'wemb_install_classes'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION wemb_install_classes(text)
	IS 'runs the definitions of operator classes whose operators exist; for the install script only';

SELECT @extschema@.wemb_install_classes($classes$
