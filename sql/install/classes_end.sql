
-- classes_end.sql: closes the block that classes_begin.sql opens.
$classes$::pg_catalog.text);

DROP FUNCTION wemb_install_classes(text);
