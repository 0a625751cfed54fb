CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE shelves (
    id uuid DEFAULT drystone.uuid7() NOT NULL,
    room text NOT NULL,
    height numeric(4,1),
    "order" bigint DEFAULT nextval('shelf_order') NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT shelves_pkey PRIMARY KEY (id),
    CONSTRAINT shelves_room_length CHECK (char_length(room) BETWEEN 1 AND 50),
    CONSTRAINT shelves_height_range CHECK (height >= 0),
    CONSTRAINT shelves_order_key UNIQUE ("order")
);

CREATE TRIGGER touch BEFORE UPDATE ON shelves FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION drystone.touch();

COMMENT ON TABLE shelves IS 'Where books stand.';

COMMENT ON COLUMN shelves.room IS 'The library''s own name.';

CREATE TABLE books (
    id uuid DEFAULT drystone.uuid7() NOT NULL,
    shelf_id uuid NOT NULL,
    sequel_id uuid,
    lender_id uuid,
    isbn text NOT NULL,
    state text DEFAULT 'in' NOT NULL,
    tags text[] DEFAULT '{}' NOT NULL,
    until date,
    title text NOT NULL,
    loud text GENERATED ALWAYS AS (upper(title)) STORED NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT books_pkey PRIMARY KEY (id),
    CONSTRAINT books_isbn_pattern CHECK (isbn ~ E'^\\d{13}$'),
    CONSTRAINT books_state_choice CHECK (state IN ('in', 'out')),
    CONSTRAINT books_tags_items CHECK (array_position(tags, NULL) IS NULL),
    CONSTRAINT books_shelf_id_title_key UNIQUE NULLS NOT DISTINCT (shelf_id, title),
    CONSTRAINT books_until_set CHECK ((state = 'in') OR (until IS NOT NULL)),
    CONSTRAINT books_isbn_until_excl EXCLUDE USING gist (isbn WITH =, (daterange(until, until)) WITH &&) WHERE ((tags @> ARRAY['x']) AND deleted_at IS NULL),
    CONSTRAINT books_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (id) ON DELETE CASCADE,
    CONSTRAINT books_sequel_id_fkey FOREIGN KEY (sequel_id) REFERENCES books (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX books_isbn_key ON books (lower(isbn)) WHERE deleted_at IS NULL;

CREATE INDEX books_title_idx ON books USING gin (title gin_trgm_ops);

CREATE INDEX books_state_until_idx ON books (state, until DESC NULLS LAST) WHERE state = ANY (ARRAY['out']);

CREATE INDEX books_sequel_id_idx ON books (sequel_id);

CREATE TRIGGER touch BEFORE UPDATE ON books FOR EACH ROW
    WHEN ((OLD.id, OLD.shelf_id, OLD.sequel_id, OLD.lender_id, OLD.isbn, OLD.state, OLD.tags, OLD.until, OLD.title, OLD.version, OLD.created_at, OLD.updated_at, OLD.deleted_at) IS DISTINCT FROM (NEW.id, NEW.shelf_id, NEW.sequel_id, NEW.lender_id, NEW.isbn, NEW.state, NEW.tags, NEW.until, NEW.title, NEW.version, NEW.created_at, NEW.updated_at, NEW.deleted_at)) EXECUTE FUNCTION drystone.touch();

CREATE TABLE readers (
    id uuid DEFAULT drystone.uuid7() NOT NULL,
    best_id uuid,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT readers_pkey PRIMARY KEY (id),
    CONSTRAINT readers_best_id_fkey FOREIGN KEY (best_id) REFERENCES books (id) ON DELETE RESTRICT
);

CREATE INDEX readers_best_id_idx ON readers (best_id);

CREATE TRIGGER touch BEFORE UPDATE ON readers FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION drystone.touch();

ALTER TABLE books ADD CONSTRAINT books_lender_id_fkey FOREIGN KEY (lender_id) REFERENCES readers (id) ON DELETE SET NULL;
