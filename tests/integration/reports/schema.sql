-- The task tracker's tables as its models declare them, in the order of their references.

CREATE SCHEMA drystone;

-- Stands in for the platform's: tests of reports name every id themselves.
CREATE FUNCTION drystone.uuid7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT gen_random_uuid()
$$;

CREATE FUNCTION drystone.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100)
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;

CREATE TABLE projects (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text,
    is_public boolean NOT NULL DEFAULT false,
    owner_id uuid NOT NULL REFERENCES users,
    closed_at timestamptz
);
CREATE UNIQUE INDEX projects_owner_id_name_key ON projects (owner_id, lower(name))
    WHERE deleted_at IS NULL;
CREATE INDEX projects_owner_id_idx ON projects (owner_id);

CREATE TABLE members (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'viewer' CHECK (role IN ('owner', 'editor', 'viewer'))
);
CREATE UNIQUE INDEX members_project_id_user_id_key ON members (project_id, user_id)
    WHERE deleted_at IS NULL;
CREATE INDEX members_project_id_idx ON members (project_id);
CREATE INDEX members_user_id_idx ON members (user_id);

CREATE TABLE tasks (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    project_id uuid NOT NULL REFERENCES projects,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text,
    status text NOT NULL DEFAULT 'todo' CHECK (status IN ('todo', 'doing', 'done')),
    priority integer NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5),
    assignee_id uuid REFERENCES users ON DELETE SET NULL,
    parent_id uuid REFERENCES tasks,
    estimate_hours numeric(6, 2) CHECK (estimate_hours >= 0),
    due_at timestamptz,
    done_at timestamptz,
    CHECK ((done_at IS NOT NULL) = (status = 'done'))
);
CREATE INDEX tasks_project_id_idx ON tasks (project_id);
CREATE INDEX tasks_assignee_id_idx ON tasks (assignee_id);
CREATE INDEX tasks_parent_id_idx ON tasks (parent_id);

CREATE TABLE tags (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50),
    colour text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$')
);
CREATE UNIQUE INDEX tags_name_key ON tags (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE task_tags (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    tag_id uuid NOT NULL REFERENCES tags ON DELETE CASCADE
);
CREATE UNIQUE INDEX task_tags_task_id_tag_id_key ON task_tags (task_id, tag_id)
    WHERE deleted_at IS NULL;
CREATE INDEX task_tags_task_id_idx ON task_tags (task_id);
CREATE INDEX task_tags_tag_id_idx ON task_tags (tag_id);

CREATE TABLE comments (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    author_id uuid NOT NULL REFERENCES users,
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 10000)
);
CREATE INDEX comments_task_id_idx ON comments (task_id);
CREATE INDEX comments_author_id_idx ON comments (author_id);

CREATE TABLE attachments (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    uploader_id uuid NOT NULL REFERENCES users,
    file_name text NOT NULL CHECK (char_length(file_name) BETWEEN 1 AND 255),
    media_type text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32)
);
CREATE INDEX attachments_task_id_idx ON attachments (task_id);
CREATE INDEX attachments_uploader_id_idx ON attachments (uploader_id);

CREATE TRIGGER touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON projects
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON members
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON tasks
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON tags
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON task_tags
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON comments
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
CREATE TRIGGER touch BEFORE UPDATE ON attachments
    FOR EACH ROW EXECUTE FUNCTION drystone.touch();
