-- Asks for a decision about a step, once, if the caller still holds its job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 kind text: call, question, output, gate or effect
--   $4 position text, $5 fingerprint bytea, $6 round bigint: which step, and the how manieth question about it
--   $7 title text, $8 request text: JSON, $9 digest bytea: of what is to be approved
--   $10 role text: who may decide, or NULL, $11 needed smallint: how many must approve
--   $12 allows_requester boolean: whether who asked for the run may decide
--   $13 within_us bigint: how long it may take, in microseconds, or NULL; $14 otherwise text: deny or fail
--   $15 now timestamptz: NULL for the database's clock
--
-- Returns one row when the caller holds the job: is_new when it was not asked before. Whoever is to be told finds it in the
-- outbox. Locks the lease.
WITH held AS (
    SELECT job_id, run_id FROM chassis.lease
    WHERE job_id = $1::bigint AND epoch = $2::bigint
    FOR KEY SHARE
), asked AS (
    INSERT INTO chassis.approval
        (run_id, job_id, kind, position, fingerprint, round, title, request, digest, role, needed, allows_requester,
         otherwise, asked_at, expires_at, state)
    SELECT run_id, job_id, $3::text, $4::text, $5::bytea, $6::bigint, $7::text, $8::jsonb, $9::bytea, $10::text,
           $11::smallint, $12::boolean, $14::text, coalesce($15::timestamptz, now()),
           coalesce($15::timestamptz, now()) + $13::bigint * interval '1 microsecond', 'open'
    FROM held
    ON CONFLICT (job_id, kind, position, fingerprint, round) DO NOTHING
    RETURNING *
), told AS (
    INSERT INTO chassis.outbox (event, body, created_at, next_at)
    SELECT 'approval.asked',
           jsonb_build_object(
               'approval', approval_id, 'run', asked.run_id, 'workflow', workflow.name, 'team', run.team,
               'job', job.name, 'kind', asked.kind, 'step', asked.position, 'title', asked.title,
               'request', asked.request, 'role', asked.role, 'approvals', asked.needed,
               'requested_by', run.requested_by, 'digest', encode(asked.digest, 'hex'), 'asked_at', asked.asked_at,
               'expires_at', asked.expires_at),
           coalesce($15::timestamptz, now()), coalesce($15::timestamptz, now())
    FROM asked
    JOIN chassis.job ON job.job_id = asked.job_id
    JOIN chassis.run ON run.run_id = asked.run_id
    JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id)
)
SELECT (SELECT count(*) FROM asked) > 0 AS is_new FROM held;
