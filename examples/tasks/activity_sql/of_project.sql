-- What happened lately in a project? For everybody in it.
-- The project itself, its members, its tasks and the comments on them; deleted ones too, but
-- not what was purged. Each subject's changes are found by the primary key of the history,
-- which begins with row_id; so it is a matter of the project's size, not of the tracker's.
-- The second half walks the other way, from old to new; only one of the two is ever run.
-- parameter: project uuid
-- parameter: is_older boolean
-- parameter: place_at timestamptz
-- parameter: place_number bigint
-- parameter: rows integer

WITH subject AS NOT MATERIALIZED (
    SELECT id, 'projects' AS table_name
    FROM projects
    WHERE id = $1
    UNION ALL
    SELECT id, 'members'
    FROM members
    WHERE project_id = $1
    UNION ALL
    SELECT id, 'tasks'
    FROM tasks
    WHERE project_id = $1
    UNION ALL
    SELECT comments.id, 'comments'
    FROM comments
    JOIN tasks ON tasks.id = comments.task_id
    WHERE tasks.project_id = $1
), event AS NOT MATERIALIZED (
    SELECT history.*
    FROM subject
    JOIN drystone.history ON history.row_id = subject.id
        AND history.table_name = subject.table_name
), chosen AS (
    (
        SELECT *
        FROM event
        WHERE $2
            AND (changed_at, sequence) < ($3, $4)
        ORDER BY changed_at DESC, sequence DESC
        LIMIT $5
    )
    UNION ALL
    (
        SELECT *
        FROM event
        WHERE NOT $2
            AND (changed_at, sequence) > ($3, $4)
        ORDER BY changed_at, sequence
        LIMIT $5
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
