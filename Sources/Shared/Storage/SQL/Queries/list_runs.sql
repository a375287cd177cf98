-- Lists runs, newest first.
--
--   $1 before bigint: only runs with smaller ids, or NULL
--   $2 page_size integer
--
-- Returns run_id. Walks the primary key backwards until the page is full.
SELECT run.run_id
FROM chassis.run
WHERE run.run_id < coalesce($1::bigint, 9223372036854775807)
ORDER BY run.run_id DESC
LIMIT $2::integer;
