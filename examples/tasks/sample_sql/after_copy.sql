-- Bring back what was put aside before: keys, which check every row, and the history.

DO $$
DECLARE
    waiting record;
BEGIN
    FOR waiting IN SELECT * FROM waiting_foreign_key LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', waiting.of_table, waiting.name,
            waiting.definition);
    END LOOP;
END
$$;

ALTER TABLE projects ENABLE TRIGGER history;
ALTER TABLE members ENABLE TRIGGER history;
ALTER TABLE tasks ENABLE TRIGGER history;
ALTER TABLE comments ENABLE TRIGGER history;

SELECT gin_clean_pending_list(indexrelid)
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
JOIN pg_am ON pg_am.oid = relam
WHERE amname = 'gin'
    AND indrelid IN ('projects'::regclass, 'tasks'::regclass, 'comments'::regclass);

-- So that the planner knows how many there are now.
ANALYZE users, projects, members, tasks, tags, task_tags, comments, attachments,
    drystone.history;
