-- Runs that a job of another run has started.
ALTER TABLE chassis.run
    ADD COLUMN parent_run_id bigint,
    ADD COLUMN parent_job_id bigint,
    ADD COLUMN depth smallint NOT NULL DEFAULT 0;
CREATE INDEX run_by_parent ON chassis.run (parent_run_id) WHERE parent_run_id IS NOT NULL;

-- The job that waits for the run, so that the end of a run knows it without looking.
ALTER TABLE chassis.live_run ADD COLUMN parent_job_id bigint;
