-- By what a job has started a run: the fingerprint of what it asked for, NULL for runs that were started before. And whether the run,
-- which has ended badly, may go on since the job above it was asked to; that is for once.
ALTER TABLE chassis.run ADD COLUMN call bytea, ADD COLUMN may_go_on boolean NOT NULL DEFAULT false;
