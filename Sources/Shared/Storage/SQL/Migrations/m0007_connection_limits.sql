-- What all workers share of a connection that has limits, or that asked to be left alone.

-- One row a connection; who lets a call in locks it.
CREATE TABLE chassis.connection_gate (
    connection text PRIMARY KEY,
    not_before timestamptz
) WITH (fillfactor = 50);

-- The calls that are under way, and those that began within the last minute. A call is under way while it has not ended
-- and its job's lease stands: so a killed worker leaves none behind.
CREATE TABLE chassis.connection_call (
    call_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection text NOT NULL,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    tokens bigint NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT connection_call_tokens_are_not_negative CHECK (tokens >= 0)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX connection_call_recent ON chassis.connection_call (connection, begun_at);
CREATE INDEX connection_call_open ON chassis.connection_call (connection) WHERE ended_at IS NULL;
