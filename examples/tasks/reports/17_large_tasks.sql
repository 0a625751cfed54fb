-- Which open tasks are larger than is usual in their project? For whoever splits tasks.
-- A correlated subquery: it is asked anew for the project of each row.

SELECT
    projects.name AS project,
    tasks.title,
    tasks.estimate_hours
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.status <> 'done'
    AND tasks.estimate_hours > (
        SELECT avg(others.estimate_hours)
        FROM tasks AS others
        WHERE others.project_id = tasks.project_id
            AND others.deleted_at IS NULL
    )
ORDER BY tasks.estimate_hours DESC, tasks.title;
