-- How old is the open work? For whoever thinks that it is all new.
-- The classes are a table of their own, so that an empty class has its row as well.
-- parameter: as_of timestamptz

WITH classes (age, least, below) AS (
    VALUES
        ('under a week', interval '0 days', interval '7 days'),
        ('one to two weeks', interval '7 days', interval '14 days'),
        ('two to four weeks', interval '14 days', interval '28 days'),
        ('over four weeks', interval '28 days', NULL)
),
open_tasks AS (
    SELECT $1::timestamptz - tasks.created_at AS age
    FROM tasks
    JOIN projects ON projects.id = tasks.project_id
        AND projects.deleted_at IS NULL
        AND projects.closed_at IS NULL
    WHERE tasks.deleted_at IS NULL
        AND tasks.status <> 'done'
)
SELECT
    classes.age,
    count(open_tasks.age) AS tasks
FROM classes
LEFT JOIN open_tasks ON open_tasks.age >= classes.least
    AND (open_tasks.age < classes.below OR classes.below IS NULL)
GROUP BY classes.age, classes.least
ORDER BY classes.least;
