-- Lists the deadlines of a run and of its jobs.
--
--   $1 run_id bigint
--
-- Returns a row for each, that of the run first. Times are microseconds since 1970.
SELECT job.name AS job, otherwise, (extract(epoch FROM since) * 1000000)::bigint + length_us AS deadline_us,
       (extract(epoch FROM passed_at) * 1000000)::bigint AS passed_us
FROM chassis.watch LEFT JOIN chassis.job USING (job_id)
WHERE watch.run_id = $1::bigint AND watch.kind = 'deadline'
ORDER BY watch.job_id;
