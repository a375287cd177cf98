-- Which due times of a schedule have had a run, or are about to have one by a backfill.
--
--   $1 schedule_id bigint
--   $2 first bigint, $3 last bigint: seconds since 1970
--
-- Returns each in seconds since 1970. What a backfill has refused, or was cancelled in it, counts as not started.
SELECT extract(epoch FROM due_at)::bigint AS due
FROM chassis.due_time
WHERE schedule_id = $1::bigint AND due_at BETWEEN to_timestamp($2::bigint) AND to_timestamp($3::bigint)
  AND run_id IS NOT NULL
UNION
SELECT extract(epoch FROM due_at)::bigint
FROM chassis.backfill JOIN chassis.backfill_item USING (backfill_id)
WHERE schedule_id = $1::bigint AND due_at BETWEEN to_timestamp($2::bigint) AND to_timestamp($3::bigint)
  AND state IN ('pending', 'running', 'succeeded', 'failed');
