-- How many estimated hours were finished, by person, by project and in all? For billing.
-- Three groupings in one pass over the rows: GROUPING SETS, for which CUBE would be too many.
-- parameter: from_time timestamptz
-- parameter: before timestamptz

SELECT
    CASE
        WHEN grouping(users.id) = 0 THEN 'person'
        WHEN grouping(projects.id) = 0 THEN 'project'
        ELSE 'all'
    END AS kind,
    CASE
        WHEN grouping(users.id) = 0 THEN coalesce(users.name, '(nobody)')
        ELSE projects.name
    END AS name,
    count(*) AS tasks,
    coalesce(sum(tasks.estimate_hours), 0) AS hours
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
LEFT JOIN users ON users.id = tasks.assignee_id
    AND users.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.done_at >= $1::timestamptz
    AND tasks.done_at < $2::timestamptz
GROUP BY GROUPING SETS ((users.id, users.name), (projects.id, projects.name), ())
ORDER BY grouping(users.id), grouping(projects.id), users.name, projects.name;
