-- Notes what became of an item of a locked backfill.
--
--   $1 backfill_id bigint, $2 number bigint
--   $3 run_id bigint: that was started, or NULL
--   $4 error text: why it could start none, or NULL
UPDATE chassis.backfill_item
SET state = CASE WHEN $4::text IS NULL THEN 'running' ELSE 'refused' END, run_id = $3::bigint, error = $4::text
WHERE backfill_id = $1::bigint AND number = $2::bigint;
