-- What people do to runs, and what schedulers watch for them.

-- Jobs that were told to begin afresh: their attempts inherit no journal up to this epoch, and take over no child run up to
-- this one.
CREATE TABLE chassis.fresh_start (
    job_id bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    last_run_id bigint NOT NULL
);

-- How long a run (job_id 0) or a job of it may wait or take, counted from since. due_at is when somebody looks next, which
-- may be too early: then it is put off. It is NULL when nothing is left to look at. Rows are written only for runs whose
-- files ask for it.
CREATE TABLE chassis.watch (
    run_id bigint NOT NULL,
    job_id bigint NOT NULL,
    kind text NOT NULL,
    length_us bigint NOT NULL,
    otherwise text NOT NULL,
    since timestamptz NOT NULL,
    due_at timestamptz,
    passed_at timestamptz,
    PRIMARY KEY (run_id, job_id, kind),
    CONSTRAINT watch_kind_is_known CHECK (kind IN ('queue', 'total', 'deadline')),
    CONSTRAINT watch_otherwise_is_known CHECK (otherwise IN ('tell', 'fail', 'cancel')),
    CONSTRAINT watch_is_for_a_while CHECK (length_us > 0)
) WITH (fillfactor = 70);
CREATE INDEX watch_due ON chassis.watch (due_at) WHERE due_at IS NOT NULL;

-- At which endings of a run somebody is told.
CREATE TABLE chassis.notice (
    run_id bigint PRIMARY KEY,
    endings text[] NOT NULL
);

-- has_notice: there is a row in notice. is_late: cancelled for its deadline, so that it ends as failed.
ALTER TABLE chassis.live_run
    ADD COLUMN has_notice boolean NOT NULL DEFAULT false,
    ADD COLUMN is_late boolean NOT NULL DEFAULT false;
