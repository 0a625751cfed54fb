-- Which tags are used in several projects, and so need one meaning? For whoever tidies the tags.
-- HAVING chooses among groups, as WHERE chose among rows before they were grouped.
-- parameter: least_projects integer

SELECT
    tags.name AS tag,
    count(DISTINCT tasks.project_id) AS projects,
    count(*) AS tasks
FROM tags
JOIN task_tags ON task_tags.tag_id = tags.id
    AND task_tags.deleted_at IS NULL
JOIN tasks ON tasks.id = task_tags.task_id
    AND tasks.deleted_at IS NULL
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
WHERE tags.deleted_at IS NULL
GROUP BY tags.id
HAVING count(DISTINCT tasks.project_id) >= $1::integer
ORDER BY projects DESC, tasks DESC, tag;
