-- Who owns projects, who has tasks, and who only one of the two? For the yearly planning.
-- A full join keeps both the owner without a task and the assignee without a project.

WITH owners AS (
    SELECT
        owner_id AS user_id,
        count(*) AS projects
    FROM projects
    WHERE deleted_at IS NULL
    GROUP BY owner_id
),
assignees AS (
    SELECT
        tasks.assignee_id AS user_id,
        count(*) AS tasks
    FROM tasks
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
    WHERE tasks.deleted_at IS NULL
        AND tasks.assignee_id IS NOT NULL
    GROUP BY tasks.assignee_id
)
SELECT
    users.name,
    owners.projects,
    assignees.tasks
FROM owners
FULL JOIN assignees USING (user_id)
JOIN users ON users.id = user_id
    AND users.deleted_at IS NULL
ORDER BY users.name;
