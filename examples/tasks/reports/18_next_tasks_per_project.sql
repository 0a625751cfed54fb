-- What should be done next in each project? For everybody who has a free hour.
-- ROW_NUMBER counts within each project; the id decides between equals, so it is always the same.
-- parameter: per_project integer

WITH queue AS (
    SELECT
        projects.name AS project,
        row_number() OVER (
            PARTITION BY projects.id
            ORDER BY tasks.priority DESC, tasks.due_at NULLS LAST, tasks.id
        ) AS place,
        tasks.title,
        tasks.priority,
        tasks.due_at
    FROM tasks
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
        AND projects.closed_at IS NULL
    WHERE tasks.deleted_at IS NULL
        AND tasks.status <> 'done'
)
SELECT
    project,
    place,
    title,
    priority,
    due_at
FROM queue
WHERE place <= $1::integer
ORDER BY project, place;
