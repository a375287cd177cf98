-- Reads how the items of a mapped job stand.
--
--   $1 job_id bigint
--
-- Returns one row, none when it has not begun.
SELECT items, expanded, unfinished, succeeded, failed, skipped, is_stopped,
       fails_fast AND coalesce(failed > tolerated, false) AS must_stop, coalesce(failed > tolerated, false) AS has_failed
FROM chassis.map
WHERE job_id = $1::bigint;
