-- Notes that what a watch asks for was done.
--
--   $1 run_id bigint, $2 job_id bigint, $3 kind text
--   $4 is_done boolean: false when it turned out that the job waits no more, so that it is to be looked at again
--   $5 since_us bigint: as judged; nothing is noted where the run has been retried since, and is watched anew
--   $6 now timestamptz: NULL for the database's clock
--
-- Returns nothing.
UPDATE chassis.watch
SET due_at = CASE WHEN NOT $4::boolean
                  THEN coalesce($6::timestamptz, now()) + greatest(length_us * interval '1 microsecond', interval '1 second')
                  END,
    passed_at = CASE WHEN $4::boolean THEN passed_at END
WHERE run_id = $1::bigint AND job_id = $2::bigint AND kind = $3::text
  AND (extract(epoch FROM since) * 1000000)::bigint = $5::bigint;
