-- Who changed what, and when: written by the tables themselves.

-- migrate:up

-- Numbers changes. Those of one row are in the order of their numbers, because a change
-- takes its number while it holds the row.
CREATE SEQUENCE drystone.history_sequence;

-- One row for each change of a row. What was there before is in the history of a table
-- from the day on which its trigger was made.
--
-- `changed_at` is the time of the transaction, as in `updated_at`: what commits together
-- has one time. A transaction that waited for another one is older than the one that it
-- waited for; so the order is that of `sequence`, never of the time.
CREATE TABLE drystone.history (
    changed_at timestamptz NOT NULL,
    sequence bigint NOT NULL,
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    version bigint NOT NULL,
    operation text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    old jsonb,
    new jsonb,
    actor text,
    request_id text,
    database_role text NOT NULL,
    previous_at timestamptz,
    -- Of one row, newest first, without an index beside it.
    PRIMARY KEY (row_id, sequence, changed_at)
) PARTITION BY RANGE (changed_at);

CREATE INDEX history_changed_at_idx ON drystone.history (changed_at);

-- Takes what no month was made for, so that a write never fails for want of one.
CREATE TABLE drystone.history_default PARTITION OF drystone.history DEFAULT;

-- This month and the next ones; `drystone maintain` makes those that follow.
DO $$
DECLARE
    first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month timestamp;
BEGIN
    FOR month IN SELECT generate_series(first, first + interval '3 months', interval '1 month') LOOP
        EXECUTE format(
            'CREATE TABLE drystone.%I PARTITION OF drystone.history FOR VALUES FROM (%L) TO (%L)',
            to_char(month, '"history_"YYYY_MM'), month AT TIME ZONE 'UTC',
            (month + interval '1 month') AT TIME ZONE 'UTC');
    END LOOP;
END
$$;

COMMENT ON TABLE drystone.history IS 'Changes of rows, one row each; a partition for each month.';
COMMENT ON COLUMN drystone.history.version IS
    'What the row''s version became; of a row that is gone, one more than its last.';
COMMENT ON COLUMN drystone.history.old IS 'Changed columns as they were; all of a row that is gone.';
COMMENT ON COLUMN drystone.history.new IS 'The same columns as they became; all of a new row.';
COMMENT ON COLUMN drystone.history.actor IS 'On whose behalf; NULL where nobody said (drystone.actor).';
COMMENT ON COLUMN drystone.history.database_role IS 'Who had logged in to the database.';
COMMENT ON COLUMN drystone.history.previous_at IS 'Since when the row was as it was before.';

-- Declared as
--     CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW
--         EXECUTE FUNCTION drystone.record_change('password_hash');
-- for a table with `id uuid`, `version` and `updated_at`; the arguments name columns that
-- are left out. Version and `updated_at` have places of their own, so an update does not
-- repeat them.
--
-- It writes as its owner: the role of the application needs no right to `history` but to
-- read it. The settings make the text of a value the same whoever changes it.
CREATE FUNCTION drystone.record_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET intervalstyle = 'iso_8601'
    SET bytea_output = 'hex'
    SET extra_float_digits = 1
    AS $$
DECLARE
    was jsonb;
    became jsonb;
    row_id uuid;
    row_version bigint;
    what text := lower(TG_OP);
    since timestamptz;
BEGIN
    IF what = 'update' THEN
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NULL;
        END IF;
        IF OLD.id <> NEW.id THEN
            RAISE EXCEPTION 'the id of a row of "%" cannot be changed', TG_TABLE_NAME
                USING HINT = 'Insert a row with the new id and delete this one.';
        END IF;
        row_id := NEW.id; row_version := NEW.version; since := OLD.updated_at;
        became := to_jsonb(NEW);
        SELECT coalesce(jsonb_object_agg(field.key, field.value), '{}'),
               coalesce(jsonb_object_agg(field.key, became -> field.key), '{}')
        INTO was, became
        FROM jsonb_each(to_jsonb(OLD)) field
        WHERE field.value IS DISTINCT FROM became -> field.key
          AND field.key <> ALL ('{version,updated_at}')
          -- Without arguments TG_ARGV is NULL.
          AND (TG_NARGS = 0 OR field.key <> ALL (TG_ARGV));
    ELSIF what = 'insert' THEN
        row_id := NEW.id; row_version := NEW.version;
        became := to_jsonb(NEW);
    ELSE
        row_id := OLD.id; row_version := OLD.version + 1; since := OLD.updated_at;
        was := to_jsonb(OLD);
    END IF;
    IF TG_NARGS > 0 AND what <> 'update' THEN
        was := was - TG_ARGV; became := became - TG_ARGV;
    END IF;
    INSERT INTO drystone.history (
        changed_at, sequence, table_name, row_id, version, operation, old, new,
        actor, request_id, database_role, previous_at
    ) VALUES (
        now(), nextval('drystone.history_sequence'), TG_TABLE_NAME, row_id, row_version, what,
        was, became,
        -- A setting that was local to a transaction is empty after it, not missing.
        nullif(current_setting('drystone.actor', true), ''),
        nullif(current_setting('drystone.request_id', true), ''),
        session_user, since
    );
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION drystone.record_change() IS
    'Trigger function: writes a change of a row into drystone.history.';

-- A function that writes as its owner is for triggers alone.
REVOKE ALL ON FUNCTION drystone.record_change() FROM PUBLIC;

-- A row as the history holds its values, to be compared with them.
CREATE FUNCTION drystone.stored_form(anyelement) RETURNS jsonb
    LANGUAGE sql STABLE STRICT
    SET timezone = 'UTC'
    SET intervalstyle = 'iso_8601'
    SET bytea_output = 'hex'
    SET extra_float_digits = 1
    AS 'SELECT to_jsonb($1)';

COMMENT ON FUNCTION drystone.stored_form(anyelement) IS
    'A row as JSON, its values written as in drystone.history.';

-- TRUNCATE fires no trigger for its rows, so their end would be in no history. Declared as
--     CREATE TRIGGER history_truncate BEFORE TRUNCATE ON t
--         FOR EACH STATEMENT EXECUTE FUNCTION drystone.refuse_truncate();
CREATE FUNCTION drystone.refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE would leave nothing of the rows of "%" in the history', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported',
              HINT = format('Write DELETE FROM %I; or, to lose them knowingly, ALTER TABLE %I '
                            'DISABLE TRIGGER history_truncate first.', TG_TABLE_NAME, TG_TABLE_NAME);
END
$$;

COMMENT ON FUNCTION drystone.refuse_truncate() IS
    'Trigger function: refuses TRUNCATE of a table with a history.';

-- migrate:down

DROP TABLE drystone.history;
DROP FUNCTION drystone.record_change() CASCADE;
DROP FUNCTION drystone.refuse_truncate() CASCADE;
DROP FUNCTION drystone.stored_form(anyelement);
DROP SEQUENCE drystone.history_sequence;
