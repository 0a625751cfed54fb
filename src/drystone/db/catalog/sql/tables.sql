-- Tables of the schema $1. One that is a partition, or inherits, is its parent's
-- matter; one that an extension brought along is the extension's.
SELECT class.oid,
       class.relname::text AS name,
       CASE class.relkind WHEN 'p' THEN pg_get_partkeydef(class.oid) END AS partition_key,
       obj_description(class.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class class
JOIN pg_catalog.pg_namespace space ON space.oid = class.relnamespace
WHERE space.nspname = $1
  AND class.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = class.oid)
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'e')
ORDER BY class.relname COLLATE "C";
