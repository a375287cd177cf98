-- What starts runs by the clock.

-- The version that was deployed last; NULL where the workflow was only ever run, or is deployed no more.
ALTER TABLE chassis.workflow ADD COLUMN deployed_version_id bigint;

-- The triggers of deployed workflows. next_due is the due time that comes next, NULL when none does; next_at is when
-- it is looked at: the due time and its jitter, or later where starting it failed. Where its policy has it wait for the
-- end of a run, blocked_by is that run, and is_queued that the due time has waited. active_runs are the last runs that
-- it started; some may have ended.
CREATE TABLE chassis.schedule (
    schedule_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workflow_id bigint NOT NULL REFERENCES chassis.workflow,
    name text NOT NULL,
    version_id bigint NOT NULL REFERENCES chassis.workflow_version,
    rule text NOT NULL,
    summary text NOT NULL,
    timezone text NOT NULL,
    catchup text NOT NULL,
    overlap text NOT NULL,
    next_due timestamptz,
    next_at timestamptz,
    last_due timestamptz,
    last_run_id bigint,
    active_runs bigint[] NOT NULL DEFAULT '{}',
    blocked_by bigint,
    is_queued boolean NOT NULL DEFAULT false,
    error text,
    paused_at timestamptz,
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT schedule_name_is_unique UNIQUE (workflow_id, name)
) WITH (fillfactor = 70);
CREATE INDEX schedule_next ON chassis.schedule (next_at)
    WHERE paused_at IS NULL AND removed_at IS NULL AND blocked_by IS NULL AND next_at IS NOT NULL;
CREATE INDEX schedule_blocked ON chassis.schedule (blocked_by) WHERE blocked_by IS NOT NULL;

-- What became of each due time that was looked at.
CREATE TABLE chassis.due_time (
    schedule_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    outcome text NOT NULL,
    run_id bigint,
    at timestamptz NOT NULL,
    PRIMARY KEY (schedule_id, due_at),
    CONSTRAINT due_time_outcome_is_known CHECK (outcome IN ('started', 'triggered', 'skipped'))
);
CREATE INDEX due_time_at ON chassis.due_time (at);

-- Runs for due times that lie behind.

CREATE TABLE chassis.backfill (
    backfill_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule_id bigint NOT NULL,
    version_id bigint NOT NULL,
    newest_first boolean NOT NULL,
    most_active integer NOT NULL,
    created_at timestamptz NOT NULL,
    paused_at timestamptz,
    cancelled_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT backfill_runs_something CHECK (most_active > 0)
);
CREATE INDEX backfill_live ON chassis.backfill (backfill_id) WHERE ended_at IS NULL;

-- The due times of a backfill. One that is pending with a run has failed and is to be retried.
CREATE TABLE chassis.backfill_item (
    backfill_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL,
    run_id bigint,
    PRIMARY KEY (backfill_id, due_at),
    CONSTRAINT backfill_item_state_is_known
        CHECK (state IN ('pending', 'running', 'succeeded', 'failed', 'cancelled'))
);
CREATE INDEX backfill_item_open ON chassis.backfill_item (backfill_id, state, due_at)
    WHERE state IN ('pending', 'running');
