-- Which tasks are open though all their parts are done? For whoever forgot to tick them off.
-- "All" is "there is none that is not"; without EXISTS, tasks without parts would pass too.

SELECT
    projects.name AS project,
    tasks.title,
    tasks.status
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.status <> 'done'
    AND EXISTS (
        SELECT
        FROM tasks AS parts
        WHERE parts.parent_id = tasks.id
            AND parts.deleted_at IS NULL
    )
    AND NOT EXISTS (
        SELECT
        FROM tasks AS parts
        WHERE parts.parent_id = tasks.id
            AND parts.deleted_at IS NULL
            AND parts.status <> 'done'
    )
ORDER BY project, tasks.title;
