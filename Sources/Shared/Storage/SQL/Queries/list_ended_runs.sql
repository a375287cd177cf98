-- Lists runs that ended in one way, newest first.
--
--   $1 state text: succeeded, failed or cancelled
--   $2 before bigint: only runs with smaller ids, or NULL
--   $3 page_size integer
--
-- Returns run_id. Walks the index by state backwards until the page is full.
SELECT ended_run.run_id
FROM chassis.ended_run
WHERE ended_run.run_id < coalesce($2::bigint, 9223372036854775807)
  AND ended_run.state = $1::text
ORDER BY ended_run.run_id DESC
LIMIT $3::integer;
