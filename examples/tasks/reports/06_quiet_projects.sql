-- Which open projects has nobody touched since a day? For whoever closes projects.
-- parameter: since timestamptz

SELECT
    projects.name AS project,
    users.name AS owner,
    activity.last_at
FROM projects
JOIN users ON users.id = projects.owner_id
CROSS JOIN LATERAL (
    -- GREATEST passes over NULL: a project without tasks is as old as its own row.
    SELECT greatest(projects.updated_at, max(tasks.updated_at), max(comments.created_at)) AS last_at
    FROM tasks
    LEFT JOIN comments ON comments.task_id = tasks.id
        AND comments.deleted_at IS NULL
    WHERE tasks.project_id = projects.id
        AND tasks.deleted_at IS NULL
) AS activity
WHERE projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
    AND activity.last_at < $1::timestamptz
ORDER BY activity.last_at, project;
