-- What requests with an Idempotency-Key were answered.

-- migrate:up

-- A row is written in the transaction of the write that it answers for, so the two are
-- there together or not at all. `key` is a SHA-256 of caller, method, path and the key
-- itself: of one length, whatever those are. `request` is one of what was sent, to tell
-- the same request from another one.
CREATE TABLE drystone.idempotency_keys (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    request bytea NOT NULL CHECK (octet_length(request) = 32),
    status integer NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Finds what has expired.
CREATE INDEX idempotency_keys_created_at_idx ON drystone.idempotency_keys (created_at);

COMMENT ON TABLE drystone.idempotency_keys IS
    'Answers to requests with an Idempotency-Key, kept for 24 hours.';

-- migrate:down

DROP TABLE drystone.idempotency_keys;
