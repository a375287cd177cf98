-- Notes why a message could not be told.
--
--   $1 message_id bigint, $2 error text
UPDATE chassis.outbox SET error = $2::text WHERE message_id = $1::bigint;
