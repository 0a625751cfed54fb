-- What is a task part of, from the top down? For the line above its title.
-- parameter: task uuid

WITH RECURSIVE ancestors AS (
    SELECT
        id,
        parent_id,
        title,
        status,
        0 AS steps_up
    FROM tasks
    WHERE id = $1::uuid
        AND deleted_at IS NULL
    UNION ALL
    SELECT
        tasks.id,
        tasks.parent_id,
        tasks.title,
        tasks.status,
        ancestors.steps_up + 1
    FROM ancestors
    JOIN tasks ON tasks.id = ancestors.parent_id
        AND tasks.deleted_at IS NULL
) CYCLE id SET is_cycle USING trail
SELECT
    steps_up,
    title,
    status
FROM ancestors
WHERE steps_up > 0
    AND NOT is_cycle
ORDER BY steps_up DESC;
