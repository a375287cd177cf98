-- Deletes items of a mapped job that stand in no room, since it runs anew over a shorter list.
--
--   $1 job_id bigint: the mapped job, whose lease the caller holds
--   $2 items integer: how many there are now
--
-- Returns nothing. Begin the map first: what it counts is not touched.
DELETE FROM chassis.job
WHERE parent_job_id = $1::bigint AND item_index >= $2::integer
  AND NOT EXISTS (SELECT FROM chassis.waiting WHERE waiting.job_id = job.job_id)
  AND NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = job.job_id)
  AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = job.job_id)
  AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = job.job_id);
