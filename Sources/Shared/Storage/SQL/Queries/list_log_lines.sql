-- Reads the log of a run, in the order of the numbers.
--
--   $1 run_id bigint
--   $2 after bigint: only lines with larger numbers
--   $3 job text: only lines of the job with this name, or NULL
--   $4 page_size integer
--   $5 now timestamptz: NULL for the database's clock
--
-- Returns a row for each line; its attempt is NULL when its epoch is not known. A line is settled when it is at least
-- 2 seconds old: no line with a smaller number will appear any more. Times are microseconds since 1970.
SELECT log.number,
       job.name AS job,
       coalesce((SELECT attempt FROM chassis.attempt WHERE attempt.job_id = log.job_id AND attempt.epoch = log.epoch),
                (SELECT attempt FROM chassis.lease WHERE lease.job_id = log.job_id AND lease.epoch = log.epoch),
                (SELECT attempt FROM chassis.done WHERE done.job_id = log.job_id AND done.epoch = log.epoch))
           AS attempt,
       (extract(epoch FROM log.at) * 1000000)::bigint AS at_us,
       log.stream,
       log.line,
       log.at <= coalesce($5::timestamptz, now()) - interval '2 seconds' AS is_settled
FROM chassis.log JOIN chassis.job USING (job_id)
WHERE log.run_id = $1::bigint AND log.number > $2::bigint AND ($3::text IS NULL OR job.name = $3::text)
ORDER BY log.number
LIMIT $4::integer;
