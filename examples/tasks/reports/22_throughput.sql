-- How many tasks are finished per week, smoothed over three? For whoever sees trends in noise.
-- Weeks without a finished task count as zero, or the average would be too high.
-- parameter: as_of timestamptz

WITH finished AS (
    SELECT date_trunc('week', tasks.done_at AT TIME ZONE 'UTC') AS monday
    FROM tasks
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
    WHERE tasks.deleted_at IS NULL
        AND tasks.status = 'done'
),
weeks AS (
    SELECT monday
    FROM generate_series(
        (SELECT min(monday) FROM finished),
        $1::timestamptz AT TIME ZONE 'UTC',
        interval '1 week'
    ) AS monday
)
SELECT
    weeks.monday::date AS week,
    count(finished.monday) AS finished,
    round(
        avg(count(finished.monday)) OVER (
            ORDER BY weeks.monday
            ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
        ),
        2
    ) AS three_weeks
FROM weeks
LEFT JOIN finished ON finished.monday = weeks.monday
GROUP BY weeks.monday
ORDER BY weeks.monday;
