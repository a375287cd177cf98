-- Notes which run was started with a key. Call take_start before, in the same transaction.
--
--   $1 workflow text, $2 team text, $3 key text, $4 run_id bigint
--   $5 continues boolean: whether it takes the place of the one before, so that the first submission stays the first
--   $6 now timestamptz: NULL for the database's clock
UPDATE chassis.run_start
SET run_id = $4::bigint, first_at = CASE WHEN $5::boolean THEN first_at ELSE coalesce($6::timestamptz, now()) END
WHERE workflow = $1::text AND team = $2::text AND key = $3::text;
