-- Which files are stored more than once, and what would be saved? For whoever runs the storage.
-- Equal names say nothing; equal SHA-256 sums are equal bytes.

SELECT
    count(*) AS copies,
    count(DISTINCT tasks.project_id) AS projects,
    string_agg(
        attachments.file_name, ', ' ORDER BY attachments.created_at, attachments.id
    ) AS names,
    pg_size_pretty(sum(attachments.size_bytes) - max(attachments.size_bytes)) AS saving
FROM attachments
JOIN tasks ON tasks.id = attachments.task_id
    AND tasks.deleted_at IS NULL
JOIN projects ON projects.id = tasks.project_id
    AND projects.deleted_at IS NULL
WHERE attachments.deleted_at IS NULL
GROUP BY attachments.sha256
HAVING count(*) > 1
ORDER BY sum(attachments.size_bytes) - max(attachments.size_bytes) DESC, names;
