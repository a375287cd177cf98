-- Notes why a backfill cannot go on, or that it can.
--
--   $1 backfill_id bigint, $2 error text: or NULL
--
-- Returns nothing; writes nothing where it is noted.
UPDATE chassis.backfill SET error = $2::text
WHERE backfill_id = $1::bigint AND error IS DISTINCT FROM $2::text;
