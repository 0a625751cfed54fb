-- Constraints of the tables $1 (oid[]). PostgreSQL 18 lists NOT NULL here too (contype
-- 'n'), 15 to 17 do not: it is read from the column. Constraint triggers ('t') are
-- read as triggers. The target of a foreign key is qualified where search_path does
-- not show it, and bare, not quoted, where it does.
SELECT con.conrelid AS table,
       con.conname::text AS name,
       CASE con.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
            WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' ELSE 'exclude'
       END AS kind,
       pg_get_constraintdef(con.oid, true) AS definition,
       con.convalidated AS is_validated,
       ARRAY(SELECT attribute.attname::text
             FROM unnest(con.conkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_catalog.pg_attribute attribute
               ON attribute.attrelid = con.conrelid AND attribute.attnum = key.number
             WHERE key.number > 0
             ORDER BY key.place) AS columns,
       CASE WHEN target.oid IS NULL THEN NULL
            WHEN pg_table_is_visible(target.oid) THEN target.relname::text
            ELSE target.oid::regclass::text
       END AS referenced_table,
       ARRAY(SELECT attribute.attname::text
             FROM unnest(con.confkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_catalog.pg_attribute attribute
               ON attribute.attrelid = con.confrelid AND attribute.attnum = key.number
             ORDER BY key.place) AS referenced_columns,
       obj_description(con.oid, 'pg_constraint') AS comment
FROM pg_catalog.pg_constraint con
LEFT JOIN pg_catalog.pg_class target ON target.oid = con.confrelid
WHERE con.conrelid = ANY ($1::oid[])
  AND con.contype IN ('p', 'u', 'f', 'c', 'x') AND con.conparentid = 0
ORDER BY con.conname COLLATE "C";
