-- How long did each comment on a task wait for the next? For whoever wonders why it took so long.
-- LAG looks at the row before, LEAD at the row after; the first and the last have none.
-- parameter: task uuid

SELECT
    users.name AS author,
    comments.created_at,
    comments.created_at - lag(comments.created_at) OVER thread AS since_previous,
    lead(comments.created_at) OVER thread - comments.created_at AS until_next
FROM comments
JOIN users ON users.id = comments.author_id
WHERE comments.task_id = $1::uuid
    AND comments.deleted_at IS NULL
WINDOW thread AS (ORDER BY comments.created_at, comments.id)
ORDER BY comments.created_at, comments.id;
