-- Notes what became of an item of a locked backfill.
--
--   $1 backfill_id bigint, $2 number bigint
--   $3 run_id bigint: that was started, or NULL
--   $4 error text: why it could start none, or NULL
--
-- The end of a run that others wait for is told of. Waits for nobody: what somebody else holds is a run that was there
-- before.
WITH awaited AS (
    UPDATE chassis.live_run SET is_awaited = true
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.live_run
        WHERE run_id = $3::bigint AND NOT is_awaited
          AND EXISTS (SELECT FROM chassis.backfill_item
                      WHERE backfill_id = $1::bigint AND state = 'pending' AND number <> $2::bigint)
        FOR UPDATE SKIP LOCKED))
)
UPDATE chassis.backfill_item
SET state = CASE WHEN $4::text IS NULL THEN 'running' ELSE 'refused' END, run_id = $3::bigint, error = $4::text
WHERE backfill_id = $1::bigint AND number = $2::bigint;
