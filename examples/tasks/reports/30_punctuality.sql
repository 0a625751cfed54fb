-- Which share of the tasks that had a date was done by it? For whoever promises dates.
-- NULLIF makes the share of nothing NULL, where a plain division would fail.

SELECT
    projects.name AS project,
    count(tasks.id) AS finished,
    count(tasks.due_at) AS had_date,
    count(*) FILTER (WHERE tasks.done_at <= tasks.due_at) AS on_time,
    round(
        100.0 * count(*) FILTER (WHERE tasks.done_at <= tasks.due_at)
            / nullif(count(tasks.due_at), 0)
    ) AS percent
FROM projects
LEFT JOIN tasks ON tasks.project_id = projects.id
    AND tasks.deleted_at IS NULL
    AND tasks.status = 'done'
WHERE projects.deleted_at IS NULL
GROUP BY projects.id
ORDER BY percent DESC NULLS LAST, project;
