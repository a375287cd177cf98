-- Takes messages out of the outbox.
--
--   $1 message_ids bigint[]: those that were told
--   $2 older_than_us bigint: and all that are older than this, in microseconds; NULL for none
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns message_id of each.
DELETE FROM chassis.outbox
WHERE message_id = ANY ($1::bigint[])
   OR created_at < coalesce($3::timestamptz, now()) - $2::bigint * interval '1 microsecond'
RETURNING message_id;
