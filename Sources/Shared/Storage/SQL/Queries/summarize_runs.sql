-- Reads what runs are and how they stand.
--
--   $1 run_ids bigint[]
--
-- Returns a row for each run that is there, newest first: what was submitted, its state, how many of its jobs are in
-- each state, when its first attempt began, and what its steps cost. Times are microseconds since 1970.
SELECT run.run_id,
       workflow.name AS workflow,
       workflow_version.number AS version,
       run.team,
       CASE
           WHEN ended_run.state IS NOT NULL THEN ended_run.state
           WHEN tally.has_started THEN 'running'
           ELSE 'queued'
       END AS state,
       live_run.cancelled_at IS NOT NULL OR coalesce(ended_run.state = 'cancelled', false) AS cancel_requested,
       (extract(epoch FROM run.created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM tally.started_at) * 1000000)::bigint AS started_us,
       (extract(epoch FROM ended_run.ended_at) * 1000000)::bigint AS ended_us,
       run.params::text AS params,
       run.forked_from,
       tally.blocked, tally.delayed, tally.pending, tally.running, tally.suspended,
       tally.succeeded, tally.failed, tally.skipped, tally.cancelled,
       tally.cost_micro_usd
FROM chassis.run
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
LEFT JOIN chassis.live_run USING (run_id)
LEFT JOIN chassis.ended_run USING (run_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE waiting.reason = 'blocked') AS blocked,
           count(*) FILTER (WHERE waiting.reason = 'delayed') AS delayed,
           count(ready.job_id) + count(*) FILTER (WHERE waiting.reason = 'held') AS pending,
           count(lease.job_id) AS running,
           count(*) FILTER (WHERE waiting.reason = 'suspended') AS suspended,
           count(*) FILTER (WHERE done.state = 'succeeded') AS succeeded,
           count(*) FILTER (WHERE done.state = 'failed') AS failed,
           count(*) FILTER (WHERE done.state = 'skipped') AS skipped,
           count(*) FILTER (WHERE done.state = 'cancelled') AS cancelled,
           coalesce(bool_or(done.job_id IS NOT NULL
                            OR coalesce(lease.epoch, ready.epoch, waiting.epoch) > 0), false) AS has_started,
           min(least(earlier.started_at, lease.started_at, done.started_at)) AS started_at,
           coalesce(sum(spent.cost_micro_usd), 0)::bigint AS cost_micro_usd
    FROM chassis.job
    LEFT JOIN chassis.waiting USING (job_id)
    LEFT JOIN chassis.ready USING (job_id)
    LEFT JOIN chassis.lease USING (job_id)
    LEFT JOIN chassis.done USING (job_id)
    CROSS JOIN LATERAL (
        SELECT min(attempt.started_at) AS started_at FROM chassis.attempt WHERE attempt.job_id = job.job_id
    ) AS earlier
    CROSS JOIN LATERAL (
        SELECT sum(step.cost_micro_usd) AS cost_micro_usd FROM chassis.step WHERE step.job_id = job.job_id
    ) AS spent
    WHERE job.run_id = run.run_id AND job.position < 1000000
) AS tally
WHERE run.run_id = ANY ($1::bigint[])
ORDER BY run.run_id DESC;
