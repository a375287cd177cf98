-- Has a run that was brought back to life watched anew.
--
--   $1 run_id bigint
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns nothing. Follows retry_run in its transaction.
WITH marked AS (
    UPDATE chassis.live_run SET has_notice = true
    WHERE run_id = $1::bigint AND EXISTS (SELECT FROM chassis.notice WHERE notice.run_id = $1::bigint)
)
UPDATE chassis.watch
SET since = coalesce($2::timestamptz, now()), passed_at = NULL,
    due_at = coalesce($2::timestamptz, now()) + length_us * interval '1 microsecond'
WHERE run_id = $1::bigint;
