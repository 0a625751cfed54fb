-- Indexes of the tables $1 (oid[]). The definition is what follows the table's name;
-- a key that is an expression has number 0, and no column.
SELECT index.indrelid AS table,
       class.relname::text AS name,
       substring(printed.text FROM position(' USING ' IN printed.text) + 1) AS definition,
       index.indisunique AS is_unique,
       index.indisvalid AS is_valid,
       ARRAY(SELECT attribute.attname::text
             FROM unnest(index.indkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_catalog.pg_attribute attribute
               ON attribute.attrelid = index.indrelid AND attribute.attnum = key.number
             WHERE key.number > 0 AND key.place <= index.indnkeyatts
             ORDER BY key.place) AS columns,
       con.conname::text AS constraint,
       obj_description(class.oid, 'pg_class') AS comment
FROM pg_catalog.pg_index index
JOIN pg_catalog.pg_class class ON class.oid = index.indexrelid
CROSS JOIN LATERAL (SELECT pg_get_indexdef(class.oid, 0, true)) AS printed (text)
LEFT JOIN pg_catalog.pg_constraint con
       ON con.conindid = class.oid AND con.contype IN ('p', 'u', 'x')
WHERE index.indrelid = ANY ($1::oid[])
ORDER BY class.relname COLLATE "C";
