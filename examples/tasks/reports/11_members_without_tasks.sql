-- Who is in a project without ever having had a task there? For project owners.
-- An anti-join: members for whom no row of tasks exists.

SELECT
    projects.name AS project,
    users.name AS member,
    members.role
FROM members
JOIN projects ON projects.id = members.project_id
    AND projects.deleted_at IS NULL
    AND projects.closed_at IS NULL
JOIN users ON users.id = members.user_id
    AND users.deleted_at IS NULL
WHERE members.deleted_at IS NULL
    AND NOT EXISTS (
        SELECT
        FROM tasks
        WHERE tasks.project_id = members.project_id
            AND tasks.assignee_id = members.user_id
            AND tasks.deleted_at IS NULL
    )
ORDER BY project, member;
