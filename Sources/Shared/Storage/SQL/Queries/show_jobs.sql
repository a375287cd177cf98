-- Reads the jobs of a run and where each of them stands; of mapped jobs, their items are counted.
--
--   $1 run_id bigint
--
-- Returns a row for each job, in the order of the workflow file. Its needs are a JSON array of names in that order.
-- Times are microseconds since 1970.
SELECT job.job_id,
       job.name,
       job.kind,
       coalesce(done.state, CASE WHEN lease.job_id IS NOT NULL THEN 'running' END,
                CASE WHEN ready.job_id IS NOT NULL OR waiting.reason = 'held' THEN 'pending' END, waiting.reason)
           AS state,
       coalesce(done.queue, lease.queue, ready.queue, waiting.queue) AS queue,
       (extract(epoch FROM waiting.due_at) * 1000000)::bigint AS due_us,
       waiting.waits_for,
       waiting.detail,
       (extract(epoch FROM waiting.since) * 1000000)::bigint AS since_us,
       done.error::text AS error,
       coalesce(done.output IS NOT NULL OR done.output_blob IS NOT NULL, false) AS has_output,
       CASE WHEN map.job_id IS NOT NULL THEN json_build_object(
           'total', map.items, 'active', map.active, 'succeeded', map.succeeded, 'failed', map.failed,
           'skipped', map.skipped, 'unfinished', map.unfinished)::text END AS items,
       -- What follows the run's ending needs all of its jobs, which nobody wants to read.
       CASE WHEN job.rule IN ('on_failure', 'on_success') THEN '[]' ELSE (
           SELECT coalesce(json_agg(needed.name ORDER BY needed.position), '[]')
           FROM chassis.need JOIN chassis.job AS needed ON needed.job_id = need.needs_job_id
           WHERE need.job_id = job.job_id)::text END AS needs
FROM chassis.job
LEFT JOIN chassis.waiting USING (job_id)
LEFT JOIN chassis.ready USING (job_id)
LEFT JOIN chassis.lease USING (job_id)
LEFT JOIN chassis.done USING (job_id)
LEFT JOIN chassis.map USING (job_id)
WHERE job.run_id = $1::bigint AND job.position < 1000000
ORDER BY job.position;
