-- The due times of a locked backfill that may start now.
--
--   $1 backfill_id bigint, $2 newest_first boolean, $3 most_active integer
--
-- Returns each in seconds since 1970, with the run to retry or NULL.
SELECT extract(epoch FROM due_at)::bigint AS due, run_id
FROM chassis.backfill_item
WHERE backfill_id = $1::bigint AND state = 'pending'
ORDER BY CASE WHEN $2::boolean THEN -extract(epoch FROM due_at) ELSE extract(epoch FROM due_at) END
LIMIT least(50, greatest(0, $3::integer - (
    SELECT count(*) FROM chassis.backfill_item WHERE backfill_id = $1::bigint AND state = 'running')));
