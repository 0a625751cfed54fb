-- Who is a member of every open project, and can stand in anywhere? For the holiday plan.
-- Relational division: people for whom there is no project in which they are not a member.

SELECT
    users.name,
    users.email
FROM users
WHERE users.deleted_at IS NULL
    AND NOT EXISTS (
        SELECT
        FROM projects
        WHERE projects.deleted_at IS NULL
            AND projects.closed_at IS NULL
            AND NOT EXISTS (
                SELECT
                FROM members
                WHERE members.project_id = projects.id
                    AND members.user_id = users.id
                    AND members.deleted_at IS NULL
            )
    )
ORDER BY users.name;
