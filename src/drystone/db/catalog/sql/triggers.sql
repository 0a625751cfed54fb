-- Triggers of the tables $1 (oid[]), but for those that PostgreSQL makes itself.
SELECT trigger.tgrelid AS table,
       trigger.tgname::text AS name,
       pg_get_triggerdef(trigger.oid, true) AS definition
FROM pg_catalog.pg_trigger trigger
WHERE trigger.tgrelid = ANY ($1::oid[])
  AND NOT trigger.tgisinternal AND trigger.tgparentid = 0
ORDER BY trigger.tgname COLLATE "C";
