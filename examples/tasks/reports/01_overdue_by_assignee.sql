-- Who is late, with how many tasks and by how much? For the weekly meeting.
-- Whoever is deleted counts as nobody: their tasks need a new assignee.
-- parameter: as_of timestamptz

SELECT
    coalesce(users.name, '(nobody)') AS assignee,
    count(*) AS overdue,
    min(tasks.due_at) AS oldest_due_at,
    max($1::timestamptz - tasks.due_at) AS longest_delay
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
LEFT JOIN users ON users.id = tasks.assignee_id
    AND users.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.status <> 'done'
    AND tasks.due_at < $1::timestamptz
GROUP BY users.id
ORDER BY overdue DESC, oldest_due_at, assignee;
