-- Which tasks were perhaps written down twice? For whoever grooms the backlog.

SELECT
    projects.name AS project,
    count(*) AS tasks,
    string_agg(tasks.title, ' / ' ORDER BY tasks.created_at, tasks.id) AS titles
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
GROUP BY projects.id, lower(tasks.title)
HAVING count(*) > 1
ORDER BY tasks DESC, project, titles;
