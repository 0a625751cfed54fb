-- What happened lately in all projects? For whoever looks after them.
-- Found along the index of the history on changed_at, from its end. The second half walks the
-- other way, from old to new; only one of the two is ever run. Rows that were purged are not
-- told of, whatever is left of their history; OFFSET 0 keeps the planner from reading whole
-- tables to know which rows there are.
-- parameter: is_older boolean
-- parameter: place_at timestamptz
-- parameter: place_number bigint
-- parameter: rows integer

WITH event AS NOT MATERIALIZED (
    SELECT history.*
    FROM drystone.history
    WHERE (table_name = 'projects' AND EXISTS (SELECT FROM projects WHERE id = row_id OFFSET 0))
        OR (table_name = 'members' AND EXISTS (SELECT FROM members WHERE id = row_id OFFSET 0))
        OR (table_name = 'tasks' AND EXISTS (SELECT FROM tasks WHERE id = row_id OFFSET 0))
        OR (table_name = 'comments' AND EXISTS (SELECT FROM comments WHERE id = row_id OFFSET 0))
), chosen AS (
    (
        SELECT *
        FROM event
        WHERE $1
            AND (changed_at, sequence) < ($2, $3)
        ORDER BY changed_at DESC, sequence DESC
        LIMIT $4
    )
    UNION ALL
    (
        SELECT *
        FROM event
        WHERE NOT $1
            AND (changed_at, sequence) > ($2, $3)
        ORDER BY changed_at, sequence
        LIMIT $4
    )
)

SELECT
    chosen.sequence,
    chosen.changed_at,
    chosen.version,
    chosen.operation,
    chosen.old::text,
    chosen.new::text,
    chosen.actor,
    chosen.request_id,
    chosen.database_role,
    chosen.table_name,
    chosen.row_id,
    about.project_id,
    about.project_name,
    about.title,
    users.name AS actor_name
FROM chosen
CROSS JOIN LATERAL (
    SELECT id AS project_id, name AS project_name, name AS title
    FROM projects
    WHERE chosen.table_name = 'projects'
        AND id = chosen.row_id
    UNION ALL
    SELECT projects.id, projects.name, users.name
    FROM members
    JOIN projects ON projects.id = members.project_id
    JOIN users ON users.id = members.user_id
    WHERE chosen.table_name = 'members'
        AND members.id = chosen.row_id
    UNION ALL
    SELECT projects.id, projects.name, tasks.title
    FROM tasks
    JOIN projects ON projects.id = tasks.project_id
    WHERE chosen.table_name = 'tasks'
        AND tasks.id = chosen.row_id
    UNION ALL
    SELECT projects.id, projects.name, tasks.title
    FROM comments
    JOIN tasks ON tasks.id = comments.task_id
    JOIN projects ON projects.id = tasks.project_id
    WHERE chosen.table_name = 'comments'
        AND comments.id = chosen.row_id
) AS about
-- An actor is whatever the application called them by; most are people, by their ids.
LEFT JOIN users ON users.id = CASE WHEN chosen.actor ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    THEN chosen.actor::uuid END
ORDER BY chosen.changed_at DESC, chosen.sequence DESC;
