-- Remove every row, and what the history tells of them. For the owner of the tables.
-- TRUNCATE is refused where there is a history, since nothing of the rows would be left in
-- it; here nothing is to be left.

ALTER TABLE projects DISABLE TRIGGER history_truncate;
ALTER TABLE members DISABLE TRIGGER history_truncate;
ALTER TABLE tasks DISABLE TRIGGER history_truncate;
ALTER TABLE comments DISABLE TRIGGER history_truncate;

TRUNCATE users, projects, members, tasks, tags, task_tags, comments, attachments;
DELETE FROM drystone.history
WHERE table_name IN ('projects', 'members', 'tasks', 'comments');

ALTER TABLE projects ENABLE TRIGGER history_truncate;
ALTER TABLE members ENABLE TRIGGER history_truncate;
ALTER TABLE tasks ENABLE TRIGGER history_truncate;
ALTER TABLE comments ENABLE TRIGGER history_truncate;
