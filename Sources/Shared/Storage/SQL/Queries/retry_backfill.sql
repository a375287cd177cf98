-- Has the items of a backfill go on whose runs have failed, or that could start none.
--
--   $1 backfill_id bigint
--
-- Returns one row for each; none when there is nothing to retry.
WITH again AS (
    UPDATE chassis.backfill_item SET state = 'pending', error = NULL
    WHERE backfill_id = $1::bigint AND state IN ('failed', 'refused')
    RETURNING backfill_id
), reopened AS (
    UPDATE chassis.backfill SET ended_at = NULL, cancelled_at = NULL
    WHERE backfill_id IN (SELECT backfill_id FROM again)
)
SELECT backfill_id FROM again;
