-- Notes what an attempt did not have to do again.
--
--   $1 job_id bigint, $2 epoch bigint, $3 steps integer, $4 model_calls integer, $5 saved_micro_usd bigint
--   $6 damaged integer: records that were found altered
--   $7 now timestamptz: NULL for the database's clock
--   $8 served jsonb: what the gateway served, by position; NULL for nothing, which leaves what was noted before
--
-- What more it saved than was noted before goes to the ledger, if the caller still holds the job.
WITH noted AS (
    INSERT INTO chassis.replay (job_id, epoch, steps, model_calls, saved_micro_usd, damaged, at, served)
    VALUES ($1::bigint, $2::bigint, $3::integer, $4::integer, $5::bigint, $6::integer,
            coalesce($7::timestamptz, now()), $8::jsonb)
    ON CONFLICT (job_id, epoch) DO UPDATE
    SET steps = excluded.steps, model_calls = excluded.model_calls, saved_micro_usd = excluded.saved_micro_usd,
        damaged = excluded.damaged, at = excluded.at, served = coalesce(excluded.served, replay.served)
), more AS (
    SELECT lease.run_id,
           $5::bigint - coalesce((SELECT saved_micro_usd FROM chassis.replay
                                  WHERE job_id = $1::bigint AND epoch = $2::bigint), 0) AS saved_micro_usd
    FROM chassis.lease
    WHERE lease.job_id = $1::bigint AND lease.epoch = $2::bigint
    FOR KEY SHARE
)
INSERT INTO chassis.ledger (at, kind, run_id, job_id, epoch, team, workflow, saved_micro_usd)
SELECT coalesce($7::timestamptz, now()), 'replayed', run_id, $1::bigint, $2::bigint, run.team, workflow.name,
       more.saved_micro_usd
FROM more JOIN chassis.run USING (run_id) JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id)
WHERE more.saved_micro_usd > 0;
