-- Cancels a backfill: it starts nothing more.
--
--   $1 backfill_id bigint
--
-- Returns run_id of each run under way, and one row with NULL; none when there is no such backfill that has not ended.
WITH cancelled AS (
    UPDATE chassis.backfill SET cancelled_at = now(), ended_at = now()
    WHERE backfill_id = $1::bigint AND ended_at IS NULL
    RETURNING backfill_id
), item AS (
    UPDATE chassis.backfill_item SET state = 'cancelled'
    FROM cancelled
    WHERE backfill_item.backfill_id = cancelled.backfill_id AND state IN ('pending', 'running')
    RETURNING run_id
)
SELECT run_id FROM item WHERE run_id IS NOT NULL
UNION ALL
SELECT NULL FROM cancelled;
