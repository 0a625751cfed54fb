-- Which two tags are often on the same task? For whoever tidies the tags.
-- A table joined with itself; "less than" keeps each pair once, and no tag with itself.

WITH worn AS (
    SELECT
        tasks.id AS task_id,
        tags.name
    FROM task_tags
    JOIN tags ON tags.id = task_tags.tag_id
        AND tags.deleted_at IS NULL
    JOIN tasks ON tasks.id = task_tags.task_id
        AND tasks.deleted_at IS NULL
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
    WHERE task_tags.deleted_at IS NULL
)
SELECT
    one.name AS tag,
    other.name AS other_tag,
    count(*) AS tasks
FROM worn AS one
JOIN worn AS other ON other.task_id = one.task_id
    AND one.name < other.name
GROUP BY one.name, other.name
ORDER BY tasks DESC, tag, other_tag;
