-- Locks a backfill.
--
--   $1 backfill_id bigint
--
-- Returns one row; none when there is no such backfill.
SELECT backfill_id FROM chassis.backfill WHERE backfill_id = $1::bigint FOR UPDATE;
