-- Lists the unfinished runs that a job has started, of a mapped job those of its items too.
--
--   $1 job_id bigint: the job, $2 run_id bigint: its run
--
-- Returns their ids in their order, each with the job that has started it. Waits for nobody.
SELECT run.run_id, run.parent_job_id
FROM chassis.run JOIN chassis.live_run USING (run_id)
WHERE run.parent_run_id = $2::bigint
  AND run.parent_job_id IN (SELECT job.job_id FROM chassis.job
                            WHERE job.job_id = $1::bigint OR job.parent_job_id = $1::bigint)
ORDER BY run.run_id;
