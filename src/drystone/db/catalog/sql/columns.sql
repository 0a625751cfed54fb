-- Columns of the tables $1 (oid[]).
SELECT attribute.attrelid AS table,
       attribute.attname::text AS name,
       format_type(attribute.atttypid, attribute.atttypmod) AS type,
       NOT attribute.attnotnull AS is_nullable,
       CASE WHEN attribute.attgenerated = ''
            THEN pg_get_expr(stored.adbin, stored.adrelid, true) END AS default,
       CASE WHEN attribute.attgenerated <> ''
            THEN '(' || pg_get_expr(stored.adbin, stored.adrelid, true) || ') '
                 || CASE attribute.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END
       END AS generated,
       CASE attribute.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT'
       END AS identity,
       CASE WHEN attribute.attcollation <> type.typcollation
            THEN attribute.attcollation::regcollation::text END AS collation,
       col_description(attribute.attrelid, attribute.attnum) AS comment,
       attribute.attnum::int AS position
FROM pg_catalog.pg_attribute attribute
JOIN pg_catalog.pg_type type ON type.oid = attribute.atttypid
LEFT JOIN pg_catalog.pg_attrdef stored
       ON stored.adrelid = attribute.attrelid AND stored.adnum = attribute.attnum
WHERE attribute.attrelid = ANY ($1::oid[])
  AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attname COLLATE "C";
