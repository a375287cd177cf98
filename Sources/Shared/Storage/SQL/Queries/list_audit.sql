-- Reads what people did, newest first.
--
--   $1 run_id bigint: only about this run, or NULL
--   $2 before bigint: only entries with smaller numbers, or NULL
--   $3 limit integer
--
-- Returns a row for each; times are microseconds since 1970.
SELECT audit_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us, actor, action, subject, run_id, reason,
       detail::text AS detail
FROM chassis.audit
WHERE ($1::bigint IS NULL OR run_id = $1::bigint) AND audit_id < coalesce($2::bigint, 9223372036854775807)
ORDER BY audit_id DESC
LIMIT $3::integer;
