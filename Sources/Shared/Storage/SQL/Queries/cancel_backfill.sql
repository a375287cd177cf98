-- Cancels a backfill: it starts nothing more. It ends when its runs under way have, which are to be cancelled too; whoever looks
-- at it sees to that.
--
--   $1 backfill_id bigint
--
-- Returns one row; none when there is no such backfill that has not ended.
WITH cancelled AS (
    UPDATE chassis.backfill SET cancelled_at = coalesce(cancelled_at, now())
    WHERE backfill_id = $1::bigint AND ended_at IS NULL
    RETURNING backfill_id
), item AS (
    UPDATE chassis.backfill_item SET state = 'cancelled'
    FROM cancelled
    WHERE backfill_item.backfill_id = cancelled.backfill_id AND state = 'pending'
)
SELECT backfill_id FROM cancelled;
