-- How did the finished work of each project add up? For the burn-up chart.
-- The frame says ROWS: the default, RANGE, would give tasks done at one instant the same sum.

SELECT
    projects.name AS project,
    tasks.done_at,
    tasks.title,
    count(*) OVER finished AS tasks,
    sum(tasks.estimate_hours) OVER finished AS hours
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.status = 'done'
WINDOW finished AS (
    PARTITION BY projects.id
    ORDER BY tasks.done_at, tasks.id
    ROWS UNBOUNDED PRECEDING
)
ORDER BY project, tasks.done_at, tasks.id;
