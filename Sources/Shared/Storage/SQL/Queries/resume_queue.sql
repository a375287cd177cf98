-- Ends the pause of a queue.
--
--   $1 queue text
--
-- Returns one row when it was paused.
DELETE FROM chassis.queue_pause WHERE queue = $1::text RETURNING queue;
