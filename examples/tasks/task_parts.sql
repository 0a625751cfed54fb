-- Which live tasks are these, and all that are parts of them?
-- UNION, not UNION ALL: a task that comes twice is looked into once, and a circle ends.
-- parameter: tasks uuid[]

WITH RECURSIVE part AS (
    SELECT id
    FROM tasks
    WHERE id = ANY ($1::uuid[])
        AND deleted_at IS NULL
    UNION
    SELECT tasks.id
    FROM part
    JOIN tasks ON tasks.parent_id = part.id
    WHERE tasks.deleted_at IS NULL
)
SELECT id
FROM part;
