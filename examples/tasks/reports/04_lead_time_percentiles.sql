-- How long does a task take, from written down to done? For whoever promises dates.
-- Half are done within the median, 85 of 100 within the other. One task is no statistic.

SELECT
    projects.name AS project,
    count(*) AS finished,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY tasks.done_at - tasks.created_at) AS median,
    percentile_cont(0.85) WITHIN GROUP (ORDER BY tasks.done_at - tasks.created_at) AS most
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.status = 'done'
GROUP BY projects.id
HAVING count(*) >= 2
ORDER BY median, project;
