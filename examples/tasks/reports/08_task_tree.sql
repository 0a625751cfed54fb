-- What does a project consist of, part by part? For everybody in it, as an outline.
-- A task whose parent was deleted stands at the top, or it would be seen nowhere.
-- parameter: project uuid

WITH RECURSIVE tree AS (
    SELECT
        tasks.id,
        tasks.title,
        0 AS depth,
        tasks.title AS path
    FROM tasks
    WHERE tasks.project_id = $1::uuid
        AND tasks.deleted_at IS NULL
        AND NOT EXISTS (
            SELECT
            FROM tasks AS parents
            WHERE parents.id = tasks.parent_id
                AND parents.deleted_at IS NULL
        )
    UNION ALL
    SELECT
        tasks.id,
        tasks.title,
        tree.depth + 1,
        tree.path || ' > ' || tasks.title
    FROM tree
    JOIN tasks ON tasks.parent_id = tree.id
        AND tasks.deleted_at IS NULL
) SEARCH DEPTH FIRST BY title, id SET place
SELECT
    depth,
    title,
    path
FROM tree
ORDER BY place;
