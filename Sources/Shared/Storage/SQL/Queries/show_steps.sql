-- Reads the steps of the jobs of a run.
--
--   $1 run_id bigint
--
-- Returns a row for each, in the order in which they began within a job. Times are microseconds since 1970.
SELECT step.job_id,
       step.position,
       step.kind,
       step.name,
       step.effect,
       step.state,
       step.attempt,
       step.epoch,
       step.usage::text AS usage,
       step.cost_micro_usd,
       step.unknown_calls,
       step.error,
       (extract(epoch FROM step.started_at) * 1000000)::bigint AS started_us,
       (extract(epoch FROM step.settled_at) * 1000000)::bigint AS settled_us
FROM chassis.job JOIN chassis.step USING (job_id)
WHERE job.run_id = $1::bigint AND job.position < 1000000
ORDER BY job.position, step.epoch, step.started_at, step.position;
