-- Of the people who joined in a month, how many wrote in each month after? For the product owner.
-- Whoever wrote was there: a comment counts though it, its task or its project was deleted since.
-- parameter: as_of timestamptz

WITH people AS (
    SELECT
        id,
        date_trunc('month', created_at AT TIME ZONE 'UTC') AS joined
    FROM users
    WHERE deleted_at IS NULL
),
active AS (
    SELECT DISTINCT
        author_id,
        date_trunc('month', created_at AT TIME ZONE 'UTC') AS month
    FROM comments
)
SELECT
    people.joined::date AS joined,
    months.month::date AS month,
    count(*) AS people,
    count(active.author_id) AS active,
    round(100.0 * count(active.author_id) / count(*)) AS percent
FROM people
CROSS JOIN LATERAL generate_series(
    people.joined,
    $1::timestamptz AT TIME ZONE 'UTC',
    interval '1 month'
) AS months (month)
LEFT JOIN active ON active.author_id = people.id
    AND active.month = months.month
GROUP BY people.joined, months.month
ORDER BY people.joined, months.month;
