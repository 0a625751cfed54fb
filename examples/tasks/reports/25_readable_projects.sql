-- Which projects may a person read, and what is open there? For that person's first page.
-- EXISTS asks whether there is a membership: it neither multiplies rows nor reads further.
-- parameter: person uuid

SELECT
    projects.name AS project,
    projects.is_public,
    count(tasks.id) AS open_tasks
FROM projects
LEFT JOIN tasks ON tasks.project_id = projects.id
    AND tasks.deleted_at IS NULL
    AND tasks.status <> 'done'
WHERE projects.deleted_at IS NULL
    AND (
        projects.is_public
        OR EXISTS (
            SELECT
            FROM members
            WHERE members.project_id = projects.id
                AND members.user_id = $1::uuid
                AND members.deleted_at IS NULL
        )
    )
GROUP BY projects.id
ORDER BY project;
