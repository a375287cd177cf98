-- Delays the start of a run that was submitted in the same transaction, all of whose jobs are held.
--
--   $1 run_id bigint
--   $2 workflow text, $3 team text, $4 key text: of its row in run_start
--   $5 wait_us bigint: how long, in microseconds
--   $6 at_most_us bigint: how long after the first submission at most, in microseconds, or NULL
--   $7 now timestamptz: NULL for the database's clock
UPDATE chassis.waiting
SET reason = 'delayed',
    due_at = least(coalesce($7::timestamptz, now()) + $5::bigint * interval '1 microsecond',
                   first_at + $6::bigint * interval '1 microsecond')
FROM chassis.run_start, chassis.job
WHERE job.run_id = $1::bigint AND waiting.job_id = job.job_id AND waiting.reason = 'held'
  AND run_start.workflow = $2::text AND run_start.team = $3::text AND run_start.key = $4::text;
