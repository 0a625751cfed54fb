-- Which files came last to each open project? For the projects' front pages.
-- LATERAL runs the subquery once per project, so an index can stop after a few rows.
-- parameter: per_project integer

SELECT
    projects.name AS project,
    newest.file_name,
    newest.created_at
FROM projects
LEFT JOIN LATERAL (
    SELECT
        attachments.id,
        attachments.file_name,
        attachments.created_at
    FROM attachments
    JOIN tasks ON tasks.id = attachments.task_id
        AND tasks.deleted_at IS NULL
    WHERE tasks.project_id = projects.id
        AND attachments.deleted_at IS NULL
    ORDER BY attachments.created_at DESC, attachments.id DESC
    LIMIT $1::integer
) AS newest ON true
WHERE projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
ORDER BY project, newest.created_at DESC, newest.id DESC;
