-- What is on a project's board, with people, tags and comments? For everybody in it.
-- Six tables. Comments are counted aside: joined as well, they would multiply the tags.
-- parameter: project uuid

SELECT
    tasks.title,
    tasks.status,
    tasks.priority,
    owners.name AS owner,
    assignees.name AS assignee,
    string_agg(tags.name, ', ' ORDER BY tags.name) AS tags,
    (
        SELECT count(*)
        FROM comments
        WHERE comments.task_id = tasks.id
            AND comments.deleted_at IS NULL
    ) AS comments
FROM tasks
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
JOIN users AS owners ON owners.id = projects.owner_id
LEFT JOIN users AS assignees ON assignees.id = tasks.assignee_id
    AND assignees.deleted_at IS NULL
LEFT JOIN (
    task_tags
    JOIN tags ON tags.id = task_tags.tag_id
        AND tags.deleted_at IS NULL
) ON task_tags.task_id = tasks.id
    AND task_tags.deleted_at IS NULL
WHERE tasks.project_id = $1::uuid
    AND tasks.deleted_at IS NULL
GROUP BY tasks.id, owners.id, assignees.id
ORDER BY tasks.priority DESC, tasks.title;
