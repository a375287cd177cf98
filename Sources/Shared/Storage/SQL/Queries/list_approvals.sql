-- Reads approvals, newest first.
--
--   $1 approval_id bigint: only this one, or NULL
--   $2 is_open boolean: only those that wait for somebody, or NULL
--   $3 run_id bigint: only those of this run, or NULL
--   $4 job_id bigint, $5 kind text, $6 position text, $7 fingerprint bytea, $8 round bigint: only this one, or all NULL; a NULL
--      round alone stands for any
--   $9 limit integer
--   $10 now timestamptz: NULL for the database's clock
--
-- Returns a row for each. An open one whose job has ended is withdrawn. Times are microseconds since 1970.
SELECT approval.approval_id, approval.run_id, approval.job_id, job.name AS job, workflow.name AS workflow, run.team,
       run.requested_by, approval.kind, approval.position, approval.round, approval.title,
       approval.request::text AS request, encode(approval.digest, 'hex') AS digest,
       approval.proposal::text AS proposal, approval.role, approval.needed, approval.allows_requester,
       approval.otherwise,
       CASE WHEN approval.state = 'open' AND done.job_id IS NOT NULL THEN 'withdrawn'
            WHEN approval.state = 'open' AND approval.expires_at <= coalesce($10::timestamptz, now()) THEN 'expired'
            ELSE approval.state END AS state,
       approval.decided_by, approval.reason,
       (extract(epoch FROM approval.asked_at) * 1000000)::bigint AS asked_us,
       (extract(epoch FROM approval.expires_at) * 1000000)::bigint AS expires_us,
       (extract(epoch FROM approval.decided_at) * 1000000)::bigint AS decided_us,
       (extract(epoch FROM approval.spent_at) * 1000000)::bigint AS spent_us,
       (SELECT coalesce(json_agg(json_build_object(
                   'actor', vote.actor, 'verdict', vote.verdict, 'reason', vote.reason,
                   'counts', vote.digest = approval.digest) ORDER BY vote.at, vote.actor), '[]')
        FROM chassis.approval_vote AS vote WHERE vote.approval_id = approval.approval_id)::text AS votes
FROM chassis.approval
JOIN chassis.job ON job.job_id = approval.job_id
JOIN chassis.run ON run.run_id = approval.run_id
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
LEFT JOIN chassis.done ON done.job_id = approval.job_id
WHERE ($1::bigint IS NULL OR approval.approval_id = $1::bigint)
  AND ($2::boolean IS NULL
       OR $2::boolean = (approval.state = 'open' AND done.job_id IS NULL
                         AND (approval.expires_at IS NULL OR approval.expires_at > coalesce($10::timestamptz, now()))))
  AND ($3::bigint IS NULL OR approval.run_id = $3::bigint)
  AND ($4::bigint IS NULL
       OR approval.job_id = $4::bigint AND approval.kind = $5::text AND approval.position = $6::text
          AND approval.fingerprint = $7::bytea AND ($8::bigint IS NULL OR approval.round = $8::bigint))
ORDER BY approval.approval_id DESC
LIMIT $9::integer;
