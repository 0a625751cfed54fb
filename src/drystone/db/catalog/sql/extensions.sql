-- Extensions of the database, but for the language that every one has.
SELECT extname::text AS name
FROM pg_catalog.pg_extension
WHERE extname <> 'plpgsql'
ORDER BY extname COLLATE "C";
