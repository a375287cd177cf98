-- The first schema. Everything lies in the schema "chassis", so the database may hold other things too.
--
-- An unfinished job stands in exactly one of the rooms waiting, ready and lease; a finished one in done. Rows of the
-- rooms are inserted and deleted, never moved in place, so the fence of a lease is its delete: no row, no lease.
-- Whoever changes which jobs of a run are unfinished locks its row in live_run first, in the order of run_id.

CREATE SCHEMA chassis;

CREATE TABLE chassis.schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamptz NOT NULL
);

CREATE TABLE chassis.access_token (
    token_sha256 bytea PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT access_token_is_sha256 CHECK (octet_length(token_sha256) = 32)
);

CREATE TABLE chassis.workflow (
    workflow_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT workflow_name_is_unique UNIQUE (name)
);

-- The source is the file as it was submitted, byte for byte; a version is never changed.
CREATE TABLE chassis.workflow_version (
    version_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workflow_id bigint NOT NULL REFERENCES chassis.workflow,
    number integer NOT NULL,
    source_sha256 bytea NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT workflow_version_content_is_unique UNIQUE (workflow_id, source_sha256),
    CONSTRAINT workflow_version_number_is_unique UNIQUE (workflow_id, number)
);

-- What a run is: inserted once.
CREATE TABLE chassis.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id bigint NOT NULL,
    team text NOT NULL,
    params jsonb NOT NULL,
    idempotency_key text,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX run_idempotency_key_is_unique ON chassis.run (team, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- The runs that have not ended: how many of their jobs have not, and how many of the others did not succeed.
CREATE TABLE chassis.live_run (
    run_id bigint PRIMARY KEY,
    unfinished integer NOT NULL,
    unsuccessful integer NOT NULL DEFAULT 0,
    cancelled_at timestamptz,
    CONSTRAINT live_run_unfinished_is_not_negative CHECK (unfinished >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX live_run_cancelled ON chassis.live_run (run_id) WHERE cancelled_at IS NOT NULL;

CREATE TABLE chassis.ended_run (
    run_id bigint PRIMARY KEY,
    state text NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT ended_run_state_is_final CHECK (state IN ('succeeded', 'failed', 'cancelled'))
);

-- What a job is: inserted once. Its position is its place in the workflow file, counted from 0.
CREATE TABLE chassis.job (
    job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    CONSTRAINT job_position_is_unique UNIQUE (run_id, position)
);

-- The job needs_job_id must succeed before job_id becomes pending.
CREATE TABLE chassis.need (
    needs_job_id bigint NOT NULL,
    job_id bigint NOT NULL,
    PRIMARY KEY (needs_job_id, job_id)
);
CREATE INDEX need_by_job ON chassis.need (job_id);

-- Jobs that may not be claimed yet. The attempt is the next one's number, the epoch the last one's.
CREATE TABLE chassis.waiting (
    job_id bigint PRIMARY KEY,
    run_id bigint NOT NULL,
    reason text NOT NULL,
    missing integer NOT NULL,
    due_at timestamptz,
    queue text NOT NULL,
    priority smallint NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    CONSTRAINT waiting_reason_is_known CHECK (reason IN ('blocked', 'delayed', 'suspended')),
    CONSTRAINT waiting_missing_is_not_negative CHECK (missing >= 0),
    CONSTRAINT waiting_delayed_is_due_some_time CHECK (reason <> 'delayed' OR due_at IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX waiting_due ON chassis.waiting (due_at) WHERE reason = 'delayed';

-- Jobs that may be claimed, and nothing else.
CREATE TABLE chassis.ready (
    job_id bigint PRIMARY KEY,
    run_id bigint NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    available_at timestamptz NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    failures smallint NOT NULL,
    losses smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX ready_order ON chassis.ready (queue, priority DESC, available_at, job_id);

-- Jobs that a worker holds.
CREATE TABLE chassis.lease (
    job_id bigint PRIMARY KEY,
    run_id bigint NOT NULL,
    session_id bigint NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    started_at timestamptz NOT NULL,
    CONSTRAINT lease_epoch_is_positive CHECK (epoch > 0)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- How jobs ended. The attempt and its session are those that ended the job; 0 and NULL when none did.
CREATE TABLE chassis.done (
    job_id bigint PRIMARY KEY,
    run_id bigint NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    session_id bigint,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    started_at timestamptz,
    ended_at timestamptz NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    output jsonb,
    output_blob text,
    error jsonb,
    CONSTRAINT done_state_is_final CHECK (state IN ('succeeded', 'failed', 'skipped', 'cancelled')),
    CONSTRAINT done_has_one_output CHECK (output IS NULL OR output_blob IS NULL)
);

-- Attempts that ended without ending their job.
CREATE TABLE chassis.attempt (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    attempt integer NOT NULL,
    session_id bigint,
    outcome text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    error jsonb,
    PRIMARY KEY (job_id, epoch),
    CONSTRAINT attempt_outcome_is_known CHECK (outcome IN ('failed', 'released', 'lost', 'suspended', 'cancelled'))
);

-- Worker processes. A live one holds the advisory lock (1667785075, session_id) on a connection of its own.
-- The incarnation is that of the server when it took the lock; see the table incarnation.
CREATE TABLE chassis.session (
    session_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    queues text[] NOT NULL,
    slots integer NOT NULL,
    started_at timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    lease_expires_at timestamptz NOT NULL,
    incarnation text,
    lock_missing_at timestamptz,
    draining_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    CONSTRAINT session_end_reason_is_known CHECK (end_reason IN ('finished', 'process gone', 'lease expired'))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX session_live ON chassis.session (session_id) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON chassis.session (ended_at);

-- One row with a random name. The table is empty after a crash recovery and on a promoted standby, so together with
-- the server's start time it tells one life of the server from the next: advisory locks do not outlive it.
CREATE UNLOGGED TABLE chassis.incarnation (
    is_only boolean PRIMARY KEY DEFAULT true,
    name text NOT NULL,
    CONSTRAINT incarnation_is_one_row CHECK (is_only)
);

-- Steps that cost money or have an effect: the intent, written first, and what became of it. Steps that cost nothing
-- and have no effect are written once, when their record is durable. The journal is the truth about results.
CREATE TABLE chassis.step (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    position text NOT NULL,
    attempt integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    effect text NOT NULL,
    state text NOT NULL,
    fingerprint bytea NOT NULL,
    unknown_calls smallint NOT NULL DEFAULT 0,
    usage jsonb,
    cost_micro_usd bigint,
    error text,
    started_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (job_id, epoch, position),
    CONSTRAINT step_state_is_known CHECK (state IN ('started', 'recorded', 'failed', 'unknown', 'dismissed')),
    CONSTRAINT step_kind_is_known CHECK (kind IN ('model', 'tool', 'step')),
    CONSTRAINT step_effect_is_known CHECK (effect IN ('none', 'idempotent', 'once'))
);

-- What an attempt did not have to do again.
CREATE TABLE chassis.replay (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    steps integer NOT NULL,
    model_calls integer NOT NULL,
    saved_micro_usd bigint NOT NULL,
    damaged integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (job_id, epoch)
);

-- What jobs said. The number grows with the time of writing, not of commit.
CREATE TABLE chassis.log (
    run_id bigint NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL,
    stream text NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (run_id, number),
    CONSTRAINT log_stream_is_known CHECK (stream IN ('event', 'stdout', 'stderr', 'model'))
);
