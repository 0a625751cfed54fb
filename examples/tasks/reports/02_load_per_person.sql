-- How much open work lies with each person? For whoever hands out the next task.
-- The conditions on tasks stand in the join: in WHERE they would drop the idle people.

SELECT
    users.name,
    count(tasks.id) AS open_tasks,
    count(tasks.id) FILTER (WHERE tasks.status = 'doing') AS in_progress,
    coalesce(sum(tasks.estimate_hours), 0) AS hours,
    count(tasks.id) FILTER (WHERE tasks.estimate_hours IS NULL) AS unestimated
FROM users
LEFT JOIN (
    tasks
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
        AND projects.closed_at IS NULL
) ON tasks.assignee_id = users.id
    AND tasks.deleted_at IS NULL
    AND tasks.status <> 'done'
WHERE users.deleted_at IS NULL
GROUP BY users.id
ORDER BY hours DESC, open_tasks DESC, users.name;
