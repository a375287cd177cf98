-- Events: what happened elsewhere, kept so that runs and waiting jobs hear of it exactly once.

CREATE TABLE chassis.event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    team text NOT NULL,
    name text NOT NULL,
    key text,
    data jsonb NOT NULL,
    -- Who sent it: api, or the name of a webhook.
    source text NOT NULL,
    idempotency_key text,
    at timestamptz NOT NULL,
    is_dispatched boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX event_idempotency_key_is_unique ON chassis.event (team, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX event_by_name ON chassis.event (team, name, event_id);
CREATE INDEX event_to_dispatch ON chassis.event (event_id) WHERE NOT is_dispatched;
CREATE INDEX event_at ON chassis.event (at);

-- Jobs that wait for an event. Written before the job looks for one, so that an event which comes while it looks finds
-- it: whoever dispatches the event does so after its commit. Seen is the last event the job has looked at and need not
-- look at again.
CREATE TABLE chassis.event_wait (
    job_id bigint PRIMARY KEY,
    team text NOT NULL,
    name text NOT NULL,
    key text,
    seen bigint NOT NULL DEFAULT 0
);
CREATE INDEX event_wait_by_name ON chassis.event_wait (team, name, key);
