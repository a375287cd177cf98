-- Reads the attempts at the jobs of a run: those that ended without ending their job, those that are running, and
-- those that ended their job.
--
--   $1 run_id bigint
--
-- Returns a row for each, oldest first within a job, with its worker (NULL when its session is gone) and what it took
-- from checkpoints. An attempt whose loss ended its job counts once, as lost. Times are microseconds since 1970.
SELECT job.job_id,
       tried.epoch,
       tried.attempt,
       tried.state,
       tried.session_id,
       session.worker,
       session.host,
       session.pid,
       (extract(epoch FROM tried.started_at) * 1000000)::bigint AS started_us,
       (extract(epoch FROM tried.ended_at) * 1000000)::bigint AS ended_us,
       tried.error::text AS error,
       coalesce(replay.steps, 0) AS replayed_steps,
       coalesce(replay.model_calls, 0) AS replayed_model_calls,
       coalesce(replay.saved_micro_usd, 0) AS saved_micro_usd,
       coalesce(replay.damaged, 0) AS damaged
FROM chassis.job
CROSS JOIN LATERAL (
    SELECT epoch, attempt, outcome AS state, session_id, started_at, ended_at, error
    FROM chassis.attempt
    WHERE attempt.job_id = job.job_id
    UNION ALL
    SELECT epoch, attempt, 'running', session_id, started_at, NULL, NULL
    FROM chassis.lease
    WHERE lease.job_id = job.job_id
    UNION ALL
    SELECT epoch, attempt, state, session_id, started_at, ended_at, error
    FROM chassis.done
    WHERE done.job_id = job.job_id AND done.attempt > 0
      AND NOT EXISTS (SELECT FROM chassis.attempt WHERE attempt.job_id = done.job_id AND attempt.epoch = done.epoch)
) AS tried
LEFT JOIN chassis.session ON session.session_id = tried.session_id
LEFT JOIN chassis.replay ON replay.job_id = job.job_id AND replay.epoch = tried.epoch
WHERE job.run_id = $1::bigint AND job.position < 1000000
ORDER BY job.position, tried.epoch;
