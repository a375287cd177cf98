-- Ends a call that was let in.
--
--   $1 call_id bigint
--   $2 tokens bigint: what it took; NULL when nobody knows
--   $3 now timestamptz: NULL for the database's clock
UPDATE chassis.connection_call
SET ended_at = coalesce($3::timestamptz, now()), tokens = coalesce($2::bigint, tokens)
WHERE call_id = $1::bigint;
