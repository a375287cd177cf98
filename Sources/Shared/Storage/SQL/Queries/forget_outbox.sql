-- Takes messages out of the outbox that were told.
--
--   $1 message_ids bigint[]
--
-- Returns message_id of each.
DELETE FROM chassis.outbox
WHERE message_id = ANY ($1::bigint[])
RETURNING message_id;
