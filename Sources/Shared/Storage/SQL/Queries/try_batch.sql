-- Notes that a batch is about to be sent: the intent of a request that is paid for.
--
--   $1 batch_id bigint, $2 turn bigint: as given when it was taken in hand
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row, none when another worker has it in hand.
UPDATE chassis.batch SET tried_at = coalesce($3::timestamptz, now())
WHERE batch_id = $1::bigint AND turn = $2::bigint AND state = 'made'
RETURNING batch_id;
