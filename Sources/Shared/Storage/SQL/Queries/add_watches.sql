-- Has a run that was just submitted, and jobs of it, watched.
--
--   $1 run_id bigint
--   $2 jobs text[]: the name of a job, or NULL for the run itself
--   $3 kinds text[], $4 lengths bigint[]: in microseconds, $5 otherwise text[]: one of each
--   $6 endings text[]: at which endings somebody is told; NULL for none
--   $7 now timestamptz: NULL for the database's clock
--
-- Returns nothing. Follows submit_run in its transaction.
WITH noted AS (
    INSERT INTO chassis.notice (run_id, endings) SELECT $1::bigint, $6::text[] WHERE cardinality($6::text[]) > 0
), marked AS (
    UPDATE chassis.live_run SET has_notice = true WHERE run_id = $1::bigint AND cardinality($6::text[]) > 0
)
INSERT INTO chassis.watch (run_id, job_id, kind, length_us, otherwise, since, due_at)
SELECT $1::bigint, coalesce(job.job_id, 0), given.kind, length, otherwise, coalesce($7::timestamptz, now()),
       coalesce($7::timestamptz, now()) + length * interval '1 microsecond'
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) AS given (name, kind, length, otherwise)
LEFT JOIN chassis.job ON job.run_id = $1::bigint AND job.name = given.name AND job.parent_job_id IS NULL
WHERE given.name IS NULL OR job.job_id IS NOT NULL;
