-- Whether other jobs need a job: only the ending of such a job has a graph to look at. Jobs from before count as needed.

ALTER TABLE chassis.job ADD COLUMN is_needed boolean NOT NULL DEFAULT true;

-- All in one direction, so that a claim can begin at a place in the order.
DROP INDEX chassis.ready_order;
CREATE INDEX ready_order ON chassis.ready (queue, (-priority::integer), available_at, job_id);
