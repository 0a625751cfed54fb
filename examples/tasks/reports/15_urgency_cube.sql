-- How much of the open work is urgent, in each project and in all? For the steering meeting.
-- CUBE sums over every combination: by project, by urgency, by both, by neither.

SELECT
    CASE WHEN grouping(projects.id) = 1 THEN '(all)' ELSE projects.name END AS project,
    CASE
        WHEN grouping(tasks.priority >= 4) = 1 THEN '(all)'
        WHEN tasks.priority >= 4 THEN 'urgent'
        ELSE 'can wait'
    END AS urgency,
    count(*) AS open_tasks
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.status <> 'done'
GROUP BY CUBE ((projects.id, projects.name), (tasks.priority >= 4))
ORDER BY
    grouping(projects.id),
    projects.name,
    projects.id,
    grouping(tasks.priority >= 4),
    (tasks.priority >= 4) DESC;
