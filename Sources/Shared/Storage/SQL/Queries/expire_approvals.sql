-- Ends the approvals that nobody decided in time.
--
--   $1 job_id bigint: only those of this job; NULL for all
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns job_id of each. Rows that somebody is deciding just now are left to them.
WITH due AS (
    SELECT approval_id FROM chassis.approval
    WHERE state = 'open' AND expires_at <= coalesce($3::timestamptz, now())
      AND ($1::bigint IS NULL OR job_id = $1::bigint)
    ORDER BY expires_at
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED
), expired AS (
    UPDATE chassis.approval
    SET state = 'expired', decided_at = coalesce($3::timestamptz, now())
    FROM due
    WHERE approval.approval_id = due.approval_id
    RETURNING approval.approval_id, approval.job_id, approval.run_id, approval.title
), noted AS (
    INSERT INTO chassis.audit (at, actor, action, subject, run_id)
    SELECT coalesce($3::timestamptz, now()), 'chassis', 'approval.expire', 'approval ' || approval_id, run_id
    FROM expired
), told AS (
    INSERT INTO chassis.outbox (event, body, created_at, next_at)
    SELECT 'approval.expired', jsonb_build_object('approval', approval_id, 'run', run_id, 'title', title),
           coalesce($3::timestamptz, now()), coalesce($3::timestamptz, now())
    FROM expired
)
SELECT job_id FROM expired;
