-- What retention and the lists of runs look for, without looking at everything there is.
CREATE INDEX ended_run_at ON chassis.ended_run (ended_at);
CREATE INDEX ended_run_by_state ON chassis.ended_run (state, run_id);
CREATE INDEX run_by_version ON chassis.run (version_id, run_id);

-- How many jobs a run has: one has ended when fewer are unfinished.
ALTER TABLE chassis.live_run ADD COLUMN jobs integer;
UPDATE chassis.live_run SET jobs = (SELECT count(*) FROM chassis.job WHERE job.run_id = live_run.run_id);
ALTER TABLE chassis.live_run ALTER COLUMN jobs SET NOT NULL;

-- Jobs that were claimed before.
CREATE INDEX ready_tried ON chassis.ready (run_id) WHERE epoch > 0;
CREATE INDEX waiting_tried ON chassis.waiting (run_id) WHERE epoch > 0;
