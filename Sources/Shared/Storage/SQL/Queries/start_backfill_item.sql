-- Notes the run of a due time of a locked backfill.
--
--   $1 backfill_id bigint, $2 due bigint: seconds since 1970, $3 run_id bigint
UPDATE chassis.backfill_item SET state = 'running', run_id = $3::bigint
WHERE backfill_id = $1::bigint AND due_at = to_timestamp($2::bigint);
