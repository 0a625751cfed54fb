-- A small world for the reports: read it beside what a report is expected to say.
-- Ids are numbers: 1.. users, 201.. projects, 401.. tasks, 501.. tags. The clock stands
-- at noon of Tuesday, 31 March 2026; days without a year are of 2026, all times UTC.
-- Every kind of row has a deleted one, and no report may show it or count it.

SET TimeZone = 'UTC';

CREATE FUNCTION pg_temp.id(number integer) RETURNS uuid LANGUAGE sql AS $$
    SELECT lpad(number::text, 32, '0')::uuid
$$;
-- A time of 2026: '03-04 08:00'.
CREATE FUNCTION pg_temp.at(day text) RETURNS timestamptz LANGUAGE sql AS $$
    SELECT ('2026-' || day || '+00')::timestamptz
$$;

-- Elif is in no project. Femi is deleted, but still assigned and a member.
INSERT INTO users (id, name, email, created_at, deleted_at)
SELECT pg_temp.id(number), name, mail || '@example.com', pg_temp.at(created), pg_temp.at(deleted)
FROM (VALUES
    (1, 'Ada Lind',      'ada',   '01-05 08:00', NULL),
    (2, 'Ben Okafor',    'ben',   '01-20 08:00', NULL),
    (3, 'Chloe Martin',  'chloe', '02-01 08:00', NULL),
    (4, 'Dev Patel',     'dev',   '02-09 08:00', NULL),
    (5, 'Elif Kaya',     'elif',  '03-02 08:00', NULL),
    (6, 'Femi Ade',      'femi',  '02-10 08:00', '03-20 08:00'),
    (7, 'Grace Hopkins', 'grace', '03-03 08:00', NULL)
) AS row (number, name, mail, created, deleted);

-- Search has no task. Office move is closed. Mobile app is deleted, its task is not.
INSERT INTO projects (id, name, owner_id, is_public, created_at, updated_at, closed_at, deleted_at)
SELECT pg_temp.id(number), name, pg_temp.id(owner), public,
    pg_temp.at(created), pg_temp.at(created), pg_temp.at(closed), pg_temp.at(deleted)
FROM (VALUES
    (201, 'Website',     1, true,  '03-01 08:00', NULL,          NULL),
    (202, 'Billing',     2, false, '03-01 08:00', NULL,          NULL),
    (203, 'Search',      7, false, '03-10 08:00', NULL,          NULL),
    (204, 'Office move', 3, false, '02-01 08:00', '02-13 08:00', NULL),
    (205, 'Mobile app',  2, true,  '03-01 08:00', NULL,          '03-30 08:00')
) AS row (number, name, owner, public, created, closed, deleted);

-- Dev was in Website once, Ben in Search.
INSERT INTO members (id, project_id, user_id, role, created_at, deleted_at)
SELECT pg_temp.id(number), pg_temp.id(project), pg_temp.id(person), role,
    pg_temp.at('03-01 08:00'), pg_temp.at(deleted)
FROM (VALUES
    (301, 201, 1, 'owner',  NULL),
    (302, 201, 2, 'editor', NULL),
    (303, 201, 3, 'viewer', NULL),
    (304, 201, 4, 'editor', '03-08 08:00'),
    (305, 201, 6, 'editor', NULL),
    (306, 202, 2, 'owner',  NULL),
    (307, 202, 1, 'editor', NULL),
    (308, 202, 4, 'editor', NULL),
    (309, 202, 6, 'editor', NULL),
    (310, 202, 7, 'viewer', NULL),
    (311, 203, 7, 'owner',  NULL),
    (312, 203, 1, 'editor', NULL),
    (313, 203, 2, 'editor', '03-12 08:00'),
    (314, 203, 6, 'viewer', NULL),
    (315, 204, 3, 'owner',  NULL),
    (316, 204, 4, 'viewer', NULL),
    (317, 205, 2, 'owner',  NULL),
    (318, 205, 4, 'editor', NULL)
) AS row (number, project, person, role, deleted);

-- Live titles begin with A to N in the order of the ids, so that sorting is easily followed.
-- 407 to 410 are deleted. 401, 402 and 406 were part of one of them; 403 and 405 had one as part.
-- 413 and 414 are one task written twice. 412 and 416 were done at one instant, a Monday.
-- 413 is due exactly now, 414 is exactly a week old, 401 was done when it was due, on a Sunday.
-- 422 was still open when its project was closed.
INSERT INTO tasks (id, project_id, title, status, priority, assignee_id, parent_id,
    estimate_hours, created_at, due_at, done_at, updated_at, deleted_at)
SELECT pg_temp.id(number), pg_temp.id(project), title, status, priority, pg_temp.id(assignee),
    pg_temp.id(parent), estimate, pg_temp.at(created), pg_temp.at(due), pg_temp.at(done),
    coalesce(pg_temp.at(deleted), pg_temp.at(done), pg_temp.at(created)), pg_temp.at(deleted)
FROM (VALUES
    (408, 201, 'AUDIT FORMS',   'done',  3, 3,    NULL, 70,   '02-20 08:00', '03-01 12:00', '03-05 08:00', '03-29 08:00'),
    (409, 201, 'Gone as well',  'todo',  3, NULL, NULL, NULL, '03-01 08:00', NULL,          NULL,          '03-02 08:00'),
    (401, 201, 'Audit forms',   'done',  5, 1,    409,  8,    '03-02 08:00', '03-08 08:00', '03-08 08:00', NULL),
    (402, 201, 'Build menu',    'doing', 5, 2,    408,  16,   '03-03 08:00', '03-20 12:00', NULL,          NULL),
    (403, 201, 'Cut images',    'todo',  3, 2,    402,  9,    '03-09 08:00', '04-10 12:00', NULL,          NULL),
    (404, 201, 'Draw icons',    'done',  3, 1,    403,  NULL, '03-08 08:00', NULL,          '03-19 08:00', NULL),
    (405, 201, 'Edit texts',    'todo',  1, NULL, NULL, 3,    '03-16 08:00', '03-30 12:00', NULL,          NULL),
    (407, 201, 'Gone draft',    'doing', 5, 2,    403,  99,   '03-02 08:00', '03-05 12:00', NULL,          '03-06 08:00'),
    (406, 201, 'Fix footer',    'todo',  3, 6,    407,  NULL, '03-16 08:00', '03-25 12:00', NULL,          NULL),
    (410, 201, 'Gone part',     'done',  3, 2,    405,  1,    '03-16 08:00', NULL,          '03-17 08:00', '03-18 08:00'),
    (411, 202, 'Import rates',  'done',  4, 4,    NULL, 8,    '03-02 08:00', NULL,          '03-06 08:00', NULL),
    (412, 202, 'Join ledgers',  'done',  2, 4,    411,  3,    '03-10 08:00', '03-15 12:00', '03-16 08:00', NULL),
    (413, 202, 'Keep receipts', 'doing', 4, 1,    NULL, 10,   '03-11 08:00', '03-31 12:00', NULL,          NULL),
    (414, 202, 'keep RECEIPTS', 'todo',  4, 4,    NULL, NULL, '03-24 12:00', NULL,          NULL,          NULL),
    (415, 202, 'List refunds',  'todo',  2, 2,    413,  10,   '03-24 08:00', '03-28 12:00', NULL,          NULL),
    (416, 202, 'Mail ledgers',  'done',  1, 6,    NULL, 1,    '03-11 08:00', NULL,          '03-16 08:00', NULL),
    (422, 204, 'Nail shelves',  'todo',  2, 3,    NULL, 8,    '02-03 08:00', '02-11 12:00', NULL,          NULL),
    (421, 204, 'Move desks',    'done',  3, 3,    422,  6,    '02-02 08:00', '02-10 12:00', '02-12 08:00', NULL),
    (431, 205, 'Never shown',   'todo',  5, 4,    NULL, 50,   '03-02 08:00', '03-04 12:00', NULL,          NULL),
    (432, 205, 'Never told',    'done',  3, 4,    431,  40,   '03-02 08:00', '03-06 12:00', '03-05 08:00', NULL),
    (433, 205, 'never TOLD',    'done',  3, 4,    NULL, 40,   '03-02 08:00', '03-06 12:00', '03-05 08:00', NULL)
) AS row (number, project, title, status, priority, assignee, parent, estimate, created, due, done, deleted);

-- Nothing wears "later". "old" is deleted.
INSERT INTO tags (id, name, colour, deleted_at)
SELECT pg_temp.id(number), name, colour, pg_temp.at(deleted)
FROM (VALUES
    (501, 'bug',    '#d73a4a', NULL),
    (502, 'design', '#a2eeef', NULL),
    (503, 'money',  '#0e8a16', NULL),
    (504, 'later',  '#cccccc', NULL),
    (505, 'old',    '#000000', '03-02 08:00')
) AS row (number, name, colour, deleted);

-- 405 has lost both its tags.
INSERT INTO task_tags (task_id, tag_id, deleted_at)
SELECT pg_temp.id(task), pg_temp.id(tag), pg_temp.at(deleted)
FROM (VALUES
    (401, 501, NULL),
    (401, 502, NULL),
    (402, 502, NULL),
    (402, 505, NULL),
    (403, 501, NULL),
    (403, 502, NULL),
    (405, 501, '03-17 08:00'),
    (405, 502, '03-17 08:00'),
    (407, 501, NULL),
    (407, 502, NULL),
    (411, 501, NULL),
    (411, 503, NULL),
    (413, 501, NULL),
    (413, 503, NULL),
    (414, 503, NULL),
    (415, 501, NULL),
    (415, 503, NULL),
    (431, 501, NULL),
    (431, 503, NULL)
) AS row (task, tag, deleted);

-- 609 and 610 were written at one instant.
INSERT INTO comments (id, task_id, author_id, created_at, body, deleted_at)
SELECT pg_temp.id(number), pg_temp.id(task), pg_temp.id(author), pg_temp.at(created), body,
    pg_temp.at(deleted)
FROM (VALUES
    (601, 421, 3, '02-02 10:00', 'On Friday?',         NULL),
    (602, 421, 1, '02-03 08:00', 'Friday it is.',      NULL),
    (603, 422, 3, '02-04 10:00', 'The wall is soft.',  NULL),
    (604, 401, 1, '03-02 10:00', 'Twelve of them.',    NULL),
    (605, 402, 2, '03-03 10:00', 'Begun.',             NULL),
    (606, 402, 1, '03-04 10:00', 'Two levels?',        NULL),
    (607, 402, 4, '03-05 10:00', 'No, three.',         '03-05 11:00'),
    (608, 402, 2, '03-06 16:00', 'One is enough.',     NULL),
    (609, 405, 3, '03-17 08:00', 'I can do this one.', NULL),
    (610, 405, 1, '03-17 08:00', 'Who takes it?',      NULL),
    (611, 413, 4, '03-12 10:00', 'For ten years.',     NULL),
    (612, 413, 1, '03-13 10:00', 'Where is it said?',  NULL),
    (613, 411, 7, '03-20 10:00', 'Is this the place?', '03-20 11:00'),
    (614, 402, 1, '03-29 10:00', 'Forget it.',         '03-29 11:00'),
    (615, 407, 2, '03-03 11:00', 'A first draft.',     NULL),
    (616, 431, 4, '03-05 10:00', 'Of no interest.',    NULL)
) AS row (number, task, author, created, body, deleted);

-- A file is the bytes that its letter stands for: B and C are there twice, A once among the
-- living, F twice in a deleted project. 706 and 707 came at one instant.
INSERT INTO attachments (id, task_id, uploader_id, file_name, media_type, size_bytes, sha256,
    created_at, deleted_at)
SELECT pg_temp.id(number), pg_temp.id(task), pg_temp.id(uploader), name, type, bytes,
    sha256(letter::bytea), pg_temp.at(created), pg_temp.at(deleted)
FROM (VALUES
    (701, 401, 1, 'audit.pdf',      'application/pdf', 2048,    'A', '03-02 09:00', NULL),
    (702, 402, 2, 'menu.png',       'image/png',       1048576, 'B', '03-04 09:00', NULL),
    (703, 402, 2, 'menu-new.png',   'image/png',       1048576, 'B', '03-05 09:00', NULL),
    (704, 403, 2, 'audit-1.pdf',    'application/pdf', 2048,    'A', '03-10 09:00', '03-11 09:00'),
    (705, 411, 4, 'rates.csv',      'text/csv',        512,     'C', '03-02 10:00', NULL),
    (706, 413, 1, 'rates-copy.csv', 'text/csv',        512,     'C', '03-12 09:00', NULL),
    (707, 413, 1, 'ledger.csv',     'text/csv',        1000,    'D', '03-12 09:00', NULL),
    (708, 407, 2, 'audit-2.pdf',    'application/pdf', 2048,    'A', '03-20 09:00', NULL),
    (709, 431, 4, 'never.csv',      'text/csv',        4096,    'F', '03-03 09:00', NULL),
    (710, 431, 4, 'nowhere.csv',    'text/csv',        4096,    'F', '03-03 09:00', NULL)
) AS row (number, task, uploader, name, type, bytes, letter, created, deleted);
