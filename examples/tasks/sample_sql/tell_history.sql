-- What would the history tell, had the sample's rows been made and changed when they say?
-- Written as `drystone.record_change` writes it, for the rows of this very transaction.
-- A task was made by its project's owner and to be done; who has it took it up after a
-- fifth of the time, and finished it. Numbers rise with the time.

WITH task AS (
    SELECT
        tasks.*,
        to_jsonb(tasks) AS present,
        projects.owner_id,
        coalesce(tasks.assignee_id, projects.owner_id) AS worker_id,
        tasks.created_at + (tasks.updated_at - tasks.created_at) / 5 AS begun_at
    FROM tasks
    JOIN projects ON projects.id = tasks.project_id
    WHERE tasks.xmin = pg_current_xact_id()::xid
), entry AS (
    SELECT created_at AS changed_at, 'projects' AS table_name, id, 1 AS version,
        'insert' AS operation, NULL::jsonb AS old,
        to_jsonb(projects) || jsonb_build_object('closed_at', NULL, 'version', 1,
            'updated_at', created_at) AS new,
        owner_id AS actor, NULL::timestamptz AS previous_at
    FROM projects
    WHERE xmin = pg_current_xact_id()::xid
    UNION ALL
    SELECT updated_at, 'projects', id, 2, 'update', '{"closed_at": null}',
        jsonb_build_object('closed_at', closed_at), owner_id, created_at
    FROM projects
    WHERE xmin = pg_current_xact_id()::xid
        AND version = 2
    UNION ALL
    SELECT members.created_at, 'members', members.id, 1, 'insert', NULL, to_jsonb(members),
        projects.owner_id, NULL
    FROM members
    JOIN projects ON projects.id = members.project_id
    WHERE members.xmin = pg_current_xact_id()::xid
    UNION ALL
    SELECT created_at, 'tasks', id, 1, 'insert', NULL,
        CASE WHEN version = 1 THEN present ELSE present || jsonb_build_object('status', 'todo',
            'done_at', NULL, 'version', 1, 'updated_at', created_at) END, owner_id, NULL
    FROM task
    UNION ALL
    SELECT CASE version WHEN 2 THEN updated_at ELSE begun_at END, 'tasks', id, 2, 'update',
        '{"status": "todo"}', '{"status": "doing"}', worker_id, created_at
    FROM task
    WHERE version >= 2
    UNION ALL
    SELECT updated_at, 'tasks', id, 3, 'update', '{"status": "doing", "done_at": null}',
        jsonb_build_object('status', status, 'done_at', done_at), worker_id, begun_at
    FROM task
    WHERE version = 3
    UNION ALL
    SELECT created_at, 'comments', id, 1, 'insert', NULL, to_jsonb(comments), author_id, NULL
    FROM comments
    WHERE xmin = pg_current_xact_id()::xid
)
INSERT INTO drystone.history (
    changed_at, sequence, table_name, row_id, version, operation, old, new, actor,
    database_role, previous_at
)
SELECT changed_at, nextval('drystone.history_sequence'), table_name, id, version, operation, old,
    new, actor::text, session_user, previous_at
FROM (SELECT * FROM entry ORDER BY changed_at, version) AS told;
