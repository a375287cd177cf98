-- Notes what an attempt did not have to do again.
--
--   $1 job_id bigint, $2 epoch bigint, $3 steps integer, $4 model_calls integer, $5 saved_micro_usd bigint
--   $6 damaged integer: records that were found altered
--   $7 now timestamptz: NULL for the database's clock
INSERT INTO chassis.replay (job_id, epoch, steps, model_calls, saved_micro_usd, damaged, at)
VALUES ($1::bigint, $2::bigint, $3::integer, $4::integer, $5::bigint, $6::integer, coalesce($7::timestamptz, now()))
ON CONFLICT (job_id, epoch) DO UPDATE
SET steps = excluded.steps, model_calls = excluded.model_calls, saved_micro_usd = excluded.saved_micro_usd,
    damaged = excluded.damaged, at = excluded.at;
