-- migrate:up

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE tags (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    name text NOT NULL,
    colour text NOT NULL DEFAULT '#808080',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT tags_pkey PRIMARY KEY (id),
    CONSTRAINT tags_colour_pattern CHECK (colour ~ '^#[0-9a-f]{6}$'::text),
    CONSTRAINT tags_name_length CHECK (char_length(name) >= 1 AND char_length(name) <= 50)
);

CREATE INDEX tags_name_id_idx ON tags (name, id);
CREATE UNIQUE INDEX tags_name_key ON tags (lower(name)) WHERE deleted_at IS NULL;
CREATE TRIGGER touch BEFORE UPDATE ON tags FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE tags IS 'A word that tasks are marked with.';

CREATE TABLE users (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    email text NOT NULL,
    name text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_length CHECK (char_length(email) >= 3 AND char_length(email) <= 254),
    CONSTRAINT users_email_pattern CHECK (email ~ '^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$'::text),
    CONSTRAINT users_name_length CHECK (char_length(name) >= 1 AND char_length(name) <= 100)
);

CREATE INDEX users_created_at_id_idx ON users (created_at, id);
CREATE INDEX users_email_id_idx ON users (email, id);
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX users_name_id_idx ON users (name, id);
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE users IS 'A person who owns projects, works on tasks and comments.';

CREATE TABLE projects (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    name text NOT NULL,
    description text,
    is_public boolean NOT NULL DEFAULT false,
    owner_id uuid NOT NULL,
    closed_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT projects_pkey PRIMARY KEY (id),
    CONSTRAINT projects_description_length CHECK (char_length(description) >= 1 AND char_length(description) <= 10000),
    CONSTRAINT projects_name_length CHECK (char_length(name) >= 1 AND char_length(name) <= 100),
    CONSTRAINT projects_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE RESTRICT
);

CREATE INDEX projects_created_at_id_idx ON projects (created_at, id);
CREATE INDEX projects_name_description_idx ON projects USING gin (to_tsvector('simple'::regconfig, (COALESCE(name, ''::text) || ' '::text) || COALESCE(description, ''::text)));
CREATE INDEX projects_name_id_idx ON projects (name, id);
CREATE INDEX projects_owner_id_idx ON projects (owner_id);
CREATE UNIQUE INDEX projects_owner_id_name_key ON projects (owner_id, lower(name)) WHERE deleted_at IS NULL;
CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION drystone.record_change();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON projects FOR EACH STATEMENT EXECUTE FUNCTION drystone.refuse_truncate();
CREATE TRIGGER touch BEFORE UPDATE ON projects FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE projects IS 'A body of work with an owner; a public one can be seen by anybody.';

CREATE TABLE members (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL DEFAULT 'viewer',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT members_pkey PRIMARY KEY (id),
    CONSTRAINT members_role_choice CHECK (role IN ('owner', 'editor', 'viewer')),
    CONSTRAINT members_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
    CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE INDEX members_created_at_id_idx ON members (created_at, id);
CREATE INDEX members_project_id_idx ON members (project_id);
CREATE UNIQUE INDEX members_project_id_user_id_key ON members (project_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX members_user_id_idx ON members (user_id);
CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE ON members FOR EACH ROW EXECUTE FUNCTION drystone.record_change();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON members FOR EACH STATEMENT EXECUTE FUNCTION drystone.refuse_truncate();
CREATE TRIGGER touch BEFORE UPDATE ON members FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE members IS 'A person''s part in a project.';

CREATE TABLE tasks (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    project_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    status text NOT NULL DEFAULT 'todo',
    priority integer NOT NULL DEFAULT 3,
    assignee_id uuid,
    parent_id uuid,
    estimate_hours numeric(6,2),
    due_at timestamptz,
    done_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT tasks_pkey PRIMARY KEY (id),
    CONSTRAINT tasks_description_length CHECK (char_length(description) >= 1 AND char_length(description) <= 10000),
    CONSTRAINT tasks_done_at_set CHECK ((status = 'done'::text) = (done_at IS NOT NULL)),
    CONSTRAINT tasks_estimate_hours_range CHECK (estimate_hours >= 0::numeric),
    CONSTRAINT tasks_parent_other CHECK (parent_id IS NULL OR parent_id <> id),
    CONSTRAINT tasks_priority_range CHECK (priority >= 1 AND priority <= 5),
    CONSTRAINT tasks_status_choice CHECK (status IN ('todo', 'doing', 'done')),
    CONSTRAINT tasks_title_length CHECK (char_length(title) >= 1 AND char_length(title) <= 200),
    CONSTRAINT tasks_assignee_id_fkey FOREIGN KEY (assignee_id) REFERENCES users(id) ON DELETE SET NULL,
    CONSTRAINT tasks_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES tasks(id) ON DELETE RESTRICT,
    CONSTRAINT tasks_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE RESTRICT
);

CREATE INDEX tasks_assignee_id_idx ON tasks (assignee_id);
CREATE INDEX tasks_created_at_id_idx ON tasks (created_at, id);
CREATE INDEX tasks_due_at_id_idx ON tasks (due_at, id);
CREATE INDEX tasks_due_at_idx ON tasks (due_at) WHERE status <> 'done'::text;
CREATE INDEX tasks_open_idx ON tasks (assignee_id) WHERE status <> 'done'::text AND deleted_at IS NULL;
CREATE INDEX tasks_parent_id_idx ON tasks (parent_id);
CREATE INDEX tasks_priority_id_idx ON tasks (priority, id);
CREATE INDEX tasks_project_id_status_priority_idx ON tasks (project_id, status, priority DESC);
CREATE INDEX tasks_title_description_idx ON tasks USING gin (to_tsvector('simple'::regconfig, (COALESCE(title, ''::text) || ' '::text) || COALESCE(description, ''::text)));
CREATE INDEX tasks_title_id_idx ON tasks (title, id);
CREATE INDEX tasks_title_idx ON tasks USING gin (title gin_trgm_ops);
CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION drystone.record_change();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON tasks FOR EACH STATEMENT EXECUTE FUNCTION drystone.refuse_truncate();
CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE tasks IS 'A piece of work in a project.';

CREATE TABLE attachments (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    task_id uuid NOT NULL,
    uploader_id uuid NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 bytea NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT attachments_pkey PRIMARY KEY (id),
    CONSTRAINT attachments_file_name_length CHECK (char_length(file_name) >= 1 AND char_length(file_name) <= 255),
    CONSTRAINT attachments_media_type_length CHECK (char_length(media_type) >= 3 AND char_length(media_type) <= 127),
    CONSTRAINT attachments_media_type_pattern CHECK (media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'::text),
    CONSTRAINT attachments_sha256_length CHECK (octet_length(sha256) = 32),
    CONSTRAINT attachments_size_bytes_range CHECK (size_bytes >= 0),
    CONSTRAINT attachments_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE CASCADE,
    CONSTRAINT attachments_uploader_id_fkey FOREIGN KEY (uploader_id) REFERENCES users(id) ON DELETE RESTRICT
);

CREATE INDEX attachments_created_at_id_idx ON attachments (created_at, id);
CREATE INDEX attachments_size_bytes_id_idx ON attachments (size_bytes, id);
CREATE INDEX attachments_task_id_idx ON attachments (task_id);
CREATE INDEX attachments_uploader_id_idx ON attachments (uploader_id);
CREATE TRIGGER touch BEFORE UPDATE ON attachments FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE attachments IS 'A file that belongs to a task: what is known of it, not its bytes.';

CREATE TABLE comments (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    task_id uuid NOT NULL,
    author_id uuid NOT NULL,
    body text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT comments_pkey PRIMARY KEY (id),
    CONSTRAINT comments_body_length CHECK (char_length(body) >= 1 AND char_length(body) <= 10000),
    CONSTRAINT comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES users(id) ON DELETE RESTRICT,
    CONSTRAINT comments_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE CASCADE
);

CREATE INDEX comments_author_id_idx ON comments (author_id);
CREATE INDEX comments_body_idx ON comments USING gin (to_tsvector('simple'::regconfig, COALESCE(body, ''::text)));
CREATE INDEX comments_created_at_id_idx ON comments (created_at, id);
CREATE INDEX comments_task_id_created_at_id_idx ON comments (task_id, created_at, id);
CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION drystone.record_change();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON comments FOR EACH STATEMENT EXECUTE FUNCTION drystone.refuse_truncate();
CREATE TRIGGER touch BEFORE UPDATE ON comments FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE comments IS 'What somebody says of a task.';

CREATE TABLE task_tags (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    task_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT task_tags_pkey PRIMARY KEY (id),
    CONSTRAINT task_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
    CONSTRAINT task_tags_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE CASCADE
);

CREATE INDEX task_tags_tag_id_idx ON task_tags (tag_id);
CREATE INDEX task_tags_task_id_idx ON task_tags (task_id);
CREATE UNIQUE INDEX task_tags_task_id_tag_id_key ON task_tags (task_id, tag_id) WHERE deleted_at IS NULL;
CREATE TRIGGER touch BEFORE UPDATE ON task_tags FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION drystone.touch();
COMMENT ON TABLE task_tags IS 'A mark on a task.';

-- migrate:down

-- Loses every row of task_tags.
DROP TABLE task_tags;

-- Loses every row of comments.
DROP TABLE comments;

-- Loses every row of attachments.
DROP TABLE attachments;

-- Loses every row of tasks.
DROP TABLE tasks;

-- Loses every row of members.
DROP TABLE members;

-- Loses every row of projects.
DROP TABLE projects;

-- Loses every row of users.
DROP TABLE users;

-- Loses every row of tags.
DROP TABLE tags;

DROP EXTENSION IF EXISTS pg_trgm;
