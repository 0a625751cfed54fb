-- How much room do the files of each project take? For whoever pays for the storage.
-- The same bytes need be kept once: "needed" counts each content of a project one time.

WITH files AS (
    SELECT
        tasks.project_id,
        attachments.sha256,
        count(*) AS files,
        sum(attachments.size_bytes) AS stored,
        max(attachments.size_bytes) AS needed
    FROM attachments
    JOIN tasks ON tasks.id = attachments.task_id
        AND tasks.deleted_at IS NULL
    WHERE attachments.deleted_at IS NULL
    GROUP BY tasks.project_id, attachments.sha256
)
SELECT
    projects.name AS project,
    coalesce(sum(files.files), 0) AS files,
    pg_size_pretty(coalesce(sum(files.stored), 0)) AS stored,
    pg_size_pretty(coalesce(sum(files.needed), 0)) AS needed
FROM projects
LEFT JOIN files ON files.project_id = projects.id
WHERE projects.deleted_at IS NULL
GROUP BY projects.id
ORDER BY coalesce(sum(files.stored), 0) DESC, project;
