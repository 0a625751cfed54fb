-- When maintenance was last done, so that of many servers one does it.

-- migrate:up

CREATE TABLE drystone.maintenance (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    finished_at timestamptz NOT NULL
);

COMMENT ON TABLE drystone.maintenance IS
    'When partitions, retention, purges and expired answers were last seen to.';

-- migrate:down

DROP TABLE drystone.maintenance;
