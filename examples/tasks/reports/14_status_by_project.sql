-- How many tasks of each status has each project, with sums? For the monthly overview.
-- ROLLUP adds a sum for each project and one of all. GROUPING tells a sum's NULL from a value's.

SELECT
    CASE WHEN grouping(projects.id) = 1 THEN '(all)' ELSE projects.name END AS project,
    CASE WHEN grouping(tasks.status) = 1 THEN '(all)' ELSE tasks.status END AS status,
    count(*) AS tasks
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
GROUP BY ROLLUP ((projects.id, projects.name), tasks.status)
ORDER BY grouping(projects.id), projects.name, projects.id, grouping(tasks.status), tasks.status;
