-- Which migrations were applied: one row for each, the platform's and the application's.
CREATE TABLE IF NOT EXISTS drystone.migration (
    source text NOT NULL CHECK (source IN ('drystone', 'app')),
    number integer NOT NULL CHECK (number > 0),
    name text NOT NULL,
    -- SHA-256 of the file as it was applied, in hexadecimal.
    checksum text NOT NULL,
    -- 'applying' and 'reverting' are seen only of sections without a transaction, and
    -- mean that one is under way or broke off.
    state text NOT NULL CHECK (state IN ('applying', 'reverting', 'done')),
    -- How many of the section's statements are done, and a hash of them: what is behind
    -- this position may still be mended in the file.
    position integer NOT NULL DEFAULT 0,
    done_checksum text NOT NULL DEFAULT '',
    -- The statement that was begun outside of a transaction and may have left its traces.
    statement text,
    applied_at timestamptz NOT NULL DEFAULT now(),
    duration_ms bigint NOT NULL DEFAULT 0,
    applied_by text NOT NULL DEFAULT session_user,
    PRIMARY KEY (source, number)
);
