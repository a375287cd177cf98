-- Marks the jobs of a run that have gates, just after submit_run in the same transaction. Those that need nothing are held,
-- until chassis.admit lets them through.
--
--   $1 run_id bigint
--   $2 positions integer[]: of the jobs that have gates
--   $3 line text, $4 weight integer: of the line the run's jobs stand in; NULL for the team's
--   $5 now timestamptz: NULL for the database's clock
WITH live AS (
    UPDATE chassis.live_run SET is_gated = true WHERE run_id = $1::bigint
), shared AS (
    INSERT INTO chassis.share (run_id, line, weight)
    SELECT $1::bigint, $3::text, $4::integer WHERE $3::text IS NOT NULL
), member AS MATERIALIZED (
    SELECT job_id, NOT EXISTS (SELECT FROM chassis.need WHERE need.job_id = job.job_id) AS is_first
    FROM chassis.job
    WHERE run_id = $1::bigint AND position = ANY ($2::integer[])
)
UPDATE chassis.waiting
SET is_gated = true,
    reason = CASE WHEN is_first THEN 'held' ELSE reason END,
    missing = missing - is_first::integer,
    since = CASE WHEN is_first THEN coalesce($5::timestamptz, now()) END
FROM member
WHERE waiting.job_id = member.job_id;
