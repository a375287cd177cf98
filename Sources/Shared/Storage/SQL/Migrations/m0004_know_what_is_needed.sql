-- Whether other jobs need a job: only the ending of such a job has a graph to look at. Jobs from before count as needed.
ALTER TABLE chassis.job ADD COLUMN is_needed boolean NOT NULL DEFAULT true;
