-- What is the deepest nesting of tasks in each project? For whoever splits work too finely.
-- All chains of the greatest length are shown; a task without parts is no chain.

WITH RECURSIVE chains AS (
    SELECT
        tasks.id,
        tasks.project_id,
        1 AS length,
        tasks.title AS chain
    FROM tasks
    WHERE tasks.deleted_at IS NULL
    UNION ALL
    SELECT
        tasks.id,
        chains.project_id,
        chains.length + 1,
        chains.chain || ' > ' || tasks.title
    FROM chains
    JOIN tasks ON tasks.parent_id = chains.id
        AND tasks.deleted_at IS NULL
) CYCLE id SET is_cycle USING trail,
ranked AS (
    SELECT
        projects.name AS project,
        chains.length,
        chains.chain,
        rank() OVER (PARTITION BY projects.id ORDER BY chains.length DESC) AS place
    FROM chains
    JOIN projects ON projects.id = chains.project_id
        AND projects.deleted_at IS NULL
    WHERE NOT chains.is_cycle
)
SELECT
    project,
    length,
    chain
FROM ranked
WHERE place = 1
    AND length > 1
ORDER BY length DESC, project, chain;
