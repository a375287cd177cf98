-- Looks at watches that are due: each is put off to when its time can be up at the earliest, or its time is up.
--
--   $1 limit integer
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each whose time is up and that asks for more than telling: do it, and say so with settle_watch; who
-- does not finds it due again in 10 seconds. Each due watch is looked at by one caller. Somebody is told of a
-- deadline in the same statement, once.
WITH clock AS (
    SELECT coalesce($2::timestamptz, now()) AS at
), due AS MATERIALIZED (
    SELECT watch.*, length_us * interval '1 microsecond' AS length
    FROM chassis.watch
    WHERE ctid = ANY (ARRAY (SELECT ctid FROM chassis.watch
                             WHERE due_at <= coalesce($2::timestamptz, now())
                             ORDER BY due_at
                             LIMIT $1::integer
                             FOR UPDATE SKIP LOCKED))
), seen AS MATERIALIZED (
    SELECT due.*,
           EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = due.run_id)
               AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = due.job_id) AS is_live,
           CASE kind
               WHEN 'queue' THEN (SELECT available_at + length FROM chassis.ready WHERE ready.job_id = due.job_id)
               WHEN 'total' THEN least(
                   (SELECT min(started_at) FROM chassis.attempt
                    WHERE attempt.job_id = due.job_id AND started_at >= since),
                   (SELECT started_at FROM chassis.lease WHERE lease.job_id = due.job_id)) + length
               ELSE since + length END AS ends_at
    FROM due
), judged AS MATERIALIZED (
    SELECT seen.*, is_live AND ends_at IS NOT NULL AND ends_at <= at AS is_over FROM seen, clock
), moved AS (
    UPDATE chassis.watch
    SET due_at = CASE WHEN NOT judged.is_live OR is_over AND judged.otherwise = 'tell' THEN NULL
                      WHEN is_over THEN at + interval '10 seconds'
                      WHEN ends_at IS NULL THEN at + greatest(length, interval '1 second')
                      ELSE ends_at END,
        passed_at = CASE WHEN is_over THEN coalesce(watch.passed_at, at) ELSE watch.passed_at END
    FROM judged, clock
    WHERE watch.run_id = judged.run_id AND watch.job_id = judged.job_id AND watch.kind = judged.kind
), told AS (
    INSERT INTO chassis.outbox (event, body, created_at, next_at)
    SELECT CASE judged.job_id WHEN 0 THEN 'run.deadline' ELSE 'job.deadline' END,
           jsonb_build_object('run', judged.run_id, 'workflow', workflow.name, 'version', workflow_version.number,
                              'team', run.team, 'job', job.name, 'deadline', ends_at, 'otherwise', judged.otherwise,
                              'requested_by', run.requested_by, 'created_at', run.created_at),
           at, at
    FROM clock, judged
    JOIN chassis.run ON run.run_id = judged.run_id
    JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id)
    LEFT JOIN chassis.job ON job.job_id = judged.job_id
    WHERE is_over AND passed_at IS NULL AND judged.kind = 'deadline'
)
SELECT run_id, job_id, kind, length_us, otherwise, (extract(epoch FROM since) * 1000000)::bigint AS since_us
FROM judged WHERE is_over AND otherwise <> 'tell';
