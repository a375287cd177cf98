-- Jobs that are suspended: they wait for something that may take weeks, without a lease and without a slot.
--
-- What a job waits for is said beside it for people; what decides is looked at by its handler, which runs again from its
-- checkpoints whenever somebody says that the thing may have changed.
ALTER TABLE chassis.waiting ADD COLUMN waits_for text, ADD COLUMN detail text, ADD COLUMN since timestamptz;
ALTER TABLE chassis.waiting
    ADD CONSTRAINT waiting_suspended_waits_for_something CHECK ((reason = 'suspended') = (waits_for IS NOT NULL)),
    ADD CONSTRAINT waiting_waits_for_is_known
        CHECK (waits_for IN ('approval', 'effect', 'event', 'time', 'budget', 'run', 'batch'));

-- Suspended jobs may be due too.
DROP INDEX chassis.waiting_due;
CREATE INDEX waiting_due ON chassis.waiting (due_at) WHERE due_at IS NOT NULL;

-- Jobs that were to be resumed while they were not suspended: one that suspends next is pending at once instead.
-- Written and read under the lock of the job's run.
CREATE TABLE chassis.wake (
    job_id bigint PRIMARY KEY
);
