-- Pauses a queue: no claim takes anything from it.
--
--   $1 queue text
--   $2 now timestamptz: NULL for the database's clock
INSERT INTO chassis.queue_pause (queue, paused_at)
VALUES ($1::text, coalesce($2::timestamptz, now()))
ON CONFLICT (queue) DO NOTHING;
