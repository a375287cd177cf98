-- Looks later at a schedule that could not be dealt with, unless somebody has dealt with it since, or changed it.
--
--   $1 schedule_id bigint, $2 error text, $3 delay_us bigint: how much later, in microseconds
--   $4 version_id bigint, $5 due_us bigint: as it was taken, in microseconds since 1970, or NULL
UPDATE chassis.schedule
SET next_at = now() + $3::bigint * interval '1 microsecond', error = $2::text
WHERE schedule_id = $1::bigint AND version_id = $4::bigint AND blocked_by IS NULL
  AND next_due IS NOT DISTINCT FROM 'epoch'::timestamptz + $5::bigint * interval '1 microsecond';
