-- Who finished most tasks in a span of time? For the thanks at the end of a quarter.
-- Equals share a place. After two first places RANK goes on with 3, DENSE_RANK with 2.
-- parameter: from_time timestamptz
-- parameter: before timestamptz

SELECT
    rank() OVER (ORDER BY count(*) DESC) AS place,
    dense_rank() OVER (ORDER BY count(*) DESC) AS medal,
    users.name,
    count(*) AS finished
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
JOIN users ON users.id = tasks.assignee_id
    AND users.deleted_at IS NULL
WHERE tasks.deleted_at IS NULL
    AND tasks.done_at >= $1::timestamptz
    AND tasks.done_at < $2::timestamptz
GROUP BY users.id
ORDER BY place, users.name;
