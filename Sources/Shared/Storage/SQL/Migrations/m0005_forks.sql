-- Runs that take over the checkpoints of another run.

-- The run whose checkpoints are taken over; NULL for a run of its own.
ALTER TABLE chassis.run ADD COLUMN forked_from bigint;
CREATE INDEX run_forked_from ON chassis.run (forked_from) WHERE forked_from IS NOT NULL;

-- Where a fork leaves the way of its source, and how. Without a job it takes over everything; of the job it takes over
-- all steps, those through a step, or none. The edit is what its step does otherwise.
CREATE TABLE chassis.fork (
    run_id bigint PRIMARY KEY,
    source_run_id bigint NOT NULL,
    job text,
    step text,
    inherits text NOT NULL,
    through text,
    edit jsonb NOT NULL,
    CONSTRAINT fork_inherits_is_known CHECK (inherits IN ('all', 'through', 'none')),
    CONSTRAINT fork_step_is_of_a_job CHECK (job IS NOT NULL OR (step IS NULL AND inherits = 'all')),
    CONSTRAINT fork_through_is_a_step CHECK ((inherits = 'through') = (through IS NOT NULL))
);
