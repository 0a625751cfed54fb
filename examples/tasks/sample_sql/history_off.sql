-- Let sample rows be copied without a word in the history: each of them would be told of as
-- made now, by nobody, and the words would take longer than the rows.
-- For the owner of the tables, in a transaction; nobody else writes to them until its end.

ALTER TABLE projects DISABLE TRIGGER history;
ALTER TABLE members DISABLE TRIGGER history;
ALTER TABLE tasks DISABLE TRIGGER history;
ALTER TABLE comments DISABLE TRIGGER history;
