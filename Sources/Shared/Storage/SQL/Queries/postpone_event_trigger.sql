-- Looks again later at a trigger that could not be dealt with, unless it was changed since.
--
--   $1 trigger_id bigint, $2 error text, $3 delay_us bigint: in microseconds
--   $4 version_id bigint: as it was taken
UPDATE chassis.event_trigger
SET error = $2::text, looked_at = clock_timestamp(),
    retry_at = clock_timestamp() + $3::bigint * interval '1 microsecond'
WHERE trigger_id = $1::bigint AND version_id = $4::bigint;
