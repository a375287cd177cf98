-- Looks at a schedule later that could not be dealt with.
--
--   $1 schedule_id bigint, $2 error text, $3 delay_us bigint: how much later, in microseconds
UPDATE chassis.schedule
SET next_at = now() + $3::bigint * interval '1 microsecond', error = $2::text
WHERE schedule_id = $1::bigint;
