-- What was said last about each open task? For whoever comes back from a holiday.
-- DISTINCT ON keeps the first row of each task in the inner order: PostgreSQL's own shorthand.

WITH latest AS (
    SELECT DISTINCT ON (tasks.id)
        tasks.title,
        users.name AS author,
        comments.created_at,
        comments.body
    FROM comments
    JOIN users ON users.id = comments.author_id
    JOIN tasks ON tasks.id = comments.task_id
        AND tasks.deleted_at IS NULL
        AND tasks.status <> 'done'
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
        AND projects.closed_at IS NULL
    WHERE comments.deleted_at IS NULL
    ORDER BY tasks.id, comments.created_at DESC, comments.id DESC
)
SELECT
    title,
    author,
    created_at,
    body
FROM latest
ORDER BY created_at DESC, title;
