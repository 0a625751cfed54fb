-- Let every change be told of again.

ALTER TABLE projects ENABLE TRIGGER history;
ALTER TABLE members ENABLE TRIGGER history;
ALTER TABLE tasks ENABLE TRIGGER history;
ALTER TABLE comments ENABLE TRIGGER history;
