-- Deletes items of a mapped job that stand in no room, since it runs anew over a shorter list, with all that is known of them, if the
-- caller still holds the job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 items integer: how many there are now
--
-- Returns nothing. Items with calls in a batch stay, without a room, until those are settled and their run is deleted. Begin the map
-- first: what it counts is not touched.
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), forgotten AS (
    DELETE FROM chassis.job USING held
    WHERE parent_job_id = held.job_id AND item_index >= $3::integer
      AND NOT EXISTS (SELECT FROM chassis.waiting WHERE waiting.job_id = job.job_id)
      AND NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = job.job_id)
      AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = job.job_id)
      AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = job.job_id)
      AND NOT EXISTS (SELECT FROM chassis.batched_call WHERE batched_call.job_id = job.job_id)
    RETURNING job.job_id
), forgotten_attempt AS (
    DELETE FROM chassis.attempt WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
), forgotten_step AS (
    DELETE FROM chassis.step WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
), forgotten_replay AS (
    DELETE FROM chassis.replay WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
), forgotten_fresh_start AS (
    DELETE FROM chassis.fresh_start WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
), forgotten_wake AS (
    DELETE FROM chassis.wake WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
), forgotten_event_wait AS (
    DELETE FROM chassis.event_wait WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
), forgotten_budget_waiter AS (
    DELETE FROM chassis.budget_waiter WHERE job_id = ANY (ARRAY (SELECT job_id FROM forgotten))
)
SELECT FROM forgotten;
