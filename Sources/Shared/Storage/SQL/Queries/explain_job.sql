-- Reads everything that may keep a job waiting.
--
--   $1 run_id bigint
--   $2 name text: of a job or, with NULL, the one that tells most about the run: one that runs, else one that is pending,
--      held, suspended, delayed or blocked, in this order
--   $3 most integer: how many jobs before it in its queue are counted at most
--
-- Returns one row; none when there is no such run or job, or all of its jobs have ended and no name is given. Times are
-- microseconds since 1970; workers are the live sessions that claim from its queue.
SELECT job.job_id, job.name, job.kind, workflow.name AS workflow, run.team,
       coalesce(done.state, CASE WHEN lease.job_id IS NOT NULL THEN 'running' END,
                CASE WHEN ready.job_id IS NOT NULL THEN 'pending' END, waiting.reason) AS room,
       coalesce(done.queue, lease.queue, ready.queue, waiting.queue) AS queue,
       (extract(epoch FROM coalesce(done.ended_at, lease.started_at, ready.available_at, waiting.since,
                                    run.created_at)) * 1000000)::bigint AS since_us,
       coalesce(waiting.attempt, ready.attempt, lease.attempt, done.attempt) AS attempt,
       waiting.waits_for, waiting.detail, waiting.missing, waiting.rule, waiting.gate_id,
       (extract(epoch FROM waiting.due_at) * 1000000)::bigint AS due_us,
       done.error::text AS error,
       live_run.cancelled_at IS NOT NULL AS is_cancelled,
       (extract(epoch FROM live_run.paused_at) * 1000000)::bigint AS run_paused_us,
       (extract(epoch FROM workflow.runs_paused_at) * 1000000)::bigint AS workflow_paused_us,
       (SELECT (extract(epoch FROM min(paused_at)) * 1000000)::bigint FROM chassis.queue_pause
        WHERE queue_pause.queue IN (ready.queue, split_part(ready.queue, ';', 1))) AS queue_paused_us,
       upstream.name AS upstream, upstream.state AS upstream_state,
       gate.is_run, gate.is_rate, gate.scope, gate.key, gate.most,
       (extract(epoch FROM gate.period) * 1000000)::bigint AS period_us,
       (extract(epoch FROM gate.opens_at) * 1000000)::bigint AS opens_us,
       (SELECT coalesce(json_agg(holder), '[]') FROM (
            SELECT CASE WHEN permit.is_run THEN permit.holder
                        ELSE (SELECT held.run_id FROM chassis.job AS held WHERE held.job_id = permit.holder) END AS holder
            FROM chassis.permit WHERE permit.gate_id = gate.gate_id ORDER BY permit.at LIMIT 3) AS first)::text AS holders,
       (SELECT count(*) FROM (
            SELECT FROM chassis.waiting AS other
            WHERE other.reason = 'held' AND other.gate_id = waiting.gate_id
              AND (-other.priority::integer, other.since, other.job_id)
                  < (-waiting.priority::integer, waiting.since, waiting.job_id)
            LIMIT $3::integer) AS before) AS before_at_gate,
       (SELECT count(*) FROM (
            SELECT FROM chassis.ready AS other
            WHERE other.queue = ready.queue AND (-other.priority::integer, other.place) < (-ready.priority::integer, ready.place)
            LIMIT $3::integer) AS before) AS before_in_queue,
       (SELECT coalesce(json_agg(json_build_object(
                   'worker', worker, 'labels', labels, 'slots', slots,
                   'running', (SELECT count(*) FROM chassis.lease AS held WHERE held.session_id = session.session_id))),
               '[]')
        FROM chassis.session
        WHERE ended_at IS NULL AND draining_at IS NULL
          AND split_part(coalesce(ready.queue, waiting.queue), ';', 1) = ANY (queues))::text AS workers,
       (SELECT worker FROM chassis.session WHERE session.session_id = lease.session_id) AS worker,
       ended_run.state AS run_state
FROM chassis.run
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
LEFT JOIN chassis.live_run USING (run_id)
LEFT JOIN chassis.ended_run USING (run_id)
JOIN chassis.job USING (run_id)
LEFT JOIN chassis.waiting ON waiting.job_id = job.job_id
LEFT JOIN chassis.ready ON ready.job_id = job.job_id
LEFT JOIN chassis.lease ON lease.job_id = job.job_id
LEFT JOIN chassis.done ON done.job_id = job.job_id
LEFT JOIN chassis.gate ON gate.gate_id = waiting.gate_id
LEFT JOIN LATERAL (
    SELECT needed.name,
           CASE WHEN running.job_id IS NOT NULL THEN 'running' WHEN pending.job_id IS NOT NULL THEN 'pending'
                ELSE blocked.reason END AS state
    FROM chassis.need
    JOIN chassis.job AS needed ON needed.job_id = need.needs_job_id
    LEFT JOIN chassis.waiting AS blocked ON blocked.job_id = needed.job_id
    LEFT JOIN chassis.ready AS pending ON pending.job_id = needed.job_id
    LEFT JOIN chassis.lease AS running ON running.job_id = needed.job_id
    WHERE need.job_id = job.job_id AND waiting.reason = 'blocked'
      AND (blocked.job_id IS NOT NULL OR pending.job_id IS NOT NULL OR running.job_id IS NOT NULL)
    -- What is on its way tells more than what waits itself.
    ORDER BY running.job_id IS NULL, pending.job_id IS NULL, blocked.reason = 'blocked', needed.position
    LIMIT 1
) AS upstream ON true
WHERE run.run_id = $1::bigint
  AND CASE WHEN $2::text IS NULL THEN done.job_id IS NULL
           ELSE job.name = $2::text AND job.position < 1000000 END
ORDER BY lease.job_id IS NULL, ready.job_id IS NULL,
         CASE waiting.reason WHEN 'held' THEN 0 WHEN 'suspended' THEN 1 WHEN 'delayed' THEN 2 ELSE 3 END,
         job.position
LIMIT 1;
