-- How much is still open in a project, week by week? For its burn-down chart.
-- The weeks are made, not found, so that a week in which nothing happened has its row.
-- parameter: project uuid
-- parameter: as_of timestamptz

WITH days AS (
    SELECT
        (created_at AT TIME ZONE 'UTC')::date AS created_on,
        (done_at AT TIME ZONE 'UTC')::date AS done_on
    FROM tasks
    WHERE project_id = $1::uuid
        AND deleted_at IS NULL
),
weeks AS (
    SELECT monday::date AS monday
    FROM generate_series(
        (SELECT date_trunc('week', min(created_on)::timestamp) FROM days),
        $2::timestamptz AT TIME ZONE 'UTC',
        interval '1 week'
    ) AS monday
)
SELECT
    weeks.monday AS week,
    count(*) FILTER (WHERE days.created_on >= weeks.monday) AS created,
    count(*) FILTER (WHERE days.done_on BETWEEN weeks.monday AND weeks.monday + 6) AS done,
    count(*) FILTER (WHERE days.done_on IS NULL OR days.done_on > weeks.monday + 6) AS open_at_end
FROM weeks
JOIN days ON days.created_on <= weeks.monday + 6
GROUP BY weeks.monday
ORDER BY weeks.monday;
