
-- types_end.sql: closes the block that types_begin.sql opens.
$types$::pg_catalog.text);

DROP FUNCTION wemb_install_types(text);
