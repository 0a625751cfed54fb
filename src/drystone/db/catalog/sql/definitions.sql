-- What the schema $1 holds beside tables: functions, views and the like. Models never
-- declare these; they are read so that a database that no longer agrees with its
-- migration files is seen. Left out: what an extension brought along, the sequences of
-- identity columns, and aggregates, which PostgreSQL has no function to print.
WITH space AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1),
brought_along AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), functions AS (
    SELECT 'function' AS kind,
           function.proname || '(' || pg_get_function_identity_arguments(function.oid) || ')'
               AS name,
           pg_get_functiondef(function.oid) AS text
    FROM pg_catalog.pg_proc function
    JOIN space ON space.oid = function.pronamespace
    WHERE function.prokind <> 'a'
      AND ('pg_proc'::regclass, function.oid) NOT IN (TABLE brought_along)
), views AS (
    SELECT CASE class.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
           class.relname::text,
           pg_get_viewdef(class.oid, true)
    FROM pg_catalog.pg_class class
    JOIN space ON space.oid = class.relnamespace
    WHERE class.relkind IN ('v', 'm')
      AND ('pg_class'::regclass, class.oid) NOT IN (TABLE brought_along)
), sequences AS (
    SELECT 'sequence',
           class.relname::text,
           format('AS %s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s%s',
                  format_type(seq.seqtypid, NULL), seq.seqstart, seq.seqincrement,
                  seq.seqmin, seq.seqmax, seq.seqcache,
                  CASE WHEN seq.seqcycle THEN ' CYCLE' ELSE '' END)
    FROM pg_catalog.pg_sequence seq
    JOIN pg_catalog.pg_class class ON class.oid = seq.seqrelid
    JOIN space ON space.oid = class.relnamespace
    WHERE NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend
              WHERE classid = 'pg_class'::regclass AND objid = class.oid
                AND deptype IN ('i', 'e'))
), enumerations AS (
    SELECT 'type',
           type.typname::text,
           'ENUM (' || string_agg(quote_literal(label.enumlabel), ', '
                                  ORDER BY label.enumsortorder) || ')'
    FROM pg_catalog.pg_type type
    JOIN space ON space.oid = type.typnamespace
    JOIN pg_catalog.pg_enum label ON label.enumtypid = type.oid
    WHERE ('pg_type'::regclass, type.oid) NOT IN (TABLE brought_along)
    GROUP BY type.typname
), domains AS (
    SELECT 'type',
           type.typname::text,
           concat_ws(' ', 'DOMAIN', format_type(type.typbasetype, type.typtypmod),
                     'DEFAULT ' || type.typdefault,
                     CASE WHEN type.typnotnull THEN 'NOT NULL' END,
                     string_agg(pg_get_constraintdef(con.oid, true), ' ' ORDER BY con.conname))
    FROM pg_catalog.pg_type type
    JOIN space ON space.oid = type.typnamespace
    LEFT JOIN pg_catalog.pg_constraint con ON con.contypid = type.oid AND con.contype = 'c'
    WHERE type.typtype = 'd'
      AND ('pg_type'::regclass, type.oid) NOT IN (TABLE brought_along)
    GROUP BY type.oid
), composites AS (
    SELECT 'type',
           class.relname::text,
           '(' || string_agg(quote_ident(attribute.attname) || ' '
                             || format_type(attribute.atttypid, attribute.atttypmod), ', '
                             ORDER BY attribute.attnum) || ')'
    FROM pg_catalog.pg_class class
    JOIN space ON space.oid = class.relnamespace
    JOIN pg_catalog.pg_attribute attribute ON attribute.attrelid = class.oid
    WHERE class.relkind = 'c' AND attribute.attnum > 0 AND NOT attribute.attisdropped
      AND ('pg_class'::regclass, class.oid) NOT IN (TABLE brought_along)
    GROUP BY class.relname
), row_security AS (
    SELECT 'row security',
           class.relname::text,
           concat_ws(' ', CASE WHEN class.relrowsecurity THEN 'ENABLED' END,
                     CASE WHEN class.relforcerowsecurity THEN 'FORCED' END)
    FROM pg_catalog.pg_class class
    JOIN space ON space.oid = class.relnamespace
    WHERE class.relrowsecurity OR class.relforcerowsecurity
), policies AS (
    SELECT 'policy',
           class.relname || '.' || policy.polname,
           concat_ws(' ', CASE WHEN policy.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                     'FOR ' || policy.polcmd::text,
                     'TO ' || array_to_string(ARRAY(
                         SELECT CASE member WHEN 0 THEN 'PUBLIC'
                                ELSE pg_get_userbyid(member)::text END
                         FROM unnest(policy.polroles) AS role (member) ORDER BY 1), ', '),
                     'USING (' || pg_get_expr(policy.polqual, policy.polrelid, true) || ')',
                     'WITH CHECK ('
                         || pg_get_expr(policy.polwithcheck, policy.polrelid, true) || ')')
    FROM pg_catalog.pg_policy policy
    JOIN pg_catalog.pg_class class ON class.oid = policy.polrelid
    JOIN space ON space.oid = class.relnamespace
)
SELECT kind, name, text FROM (
    TABLE functions UNION ALL TABLE views UNION ALL TABLE sequences
    UNION ALL TABLE enumerations UNION ALL TABLE domains UNION ALL TABLE composites
    UNION ALL TABLE row_security UNION ALL TABLE policies
) AS everything
ORDER BY kind COLLATE "C", name COLLATE "C", text COLLATE "C";
