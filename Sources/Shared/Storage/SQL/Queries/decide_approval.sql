-- Notes what a person says about an open approval, and decides it when enough have said so.
--
--   $1 approval_id bigint, $2 actor text
--   $3 verdict text: approved, denied, changes, happened, not_happened or failed
--   $4 digest bytea: of what the person has seen
--   $5 proposal text: JSON that they put in its place (other arguments, an answer, a form's values), or NULL
--   $6 new_digest bytea: of what they approve: that of the proposal, or $4 without one
--   $7 reason text: or NULL
--   $8 now timestamptz: NULL for the database's clock
--
-- Returns one row with the state it has then, and how many have approved; none when it is not open, or was asked for
-- something else by now, or its time is over, or its job has ended, or the same person has said it already. Lock the run
-- with lock_runs_of_jobs first, and follow with resume_jobs, in the same transaction.
WITH held AS (
    SELECT * FROM chassis.approval
    WHERE approval_id = $1::bigint AND state = 'open' AND digest = $4::bytea
      AND (expires_at IS NULL OR expires_at > coalesce($8::timestamptz, now()))
      AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = approval.job_id)
      AND NOT EXISTS (SELECT FROM chassis.approval_vote AS vote
                      WHERE vote.approval_id = $1::bigint AND vote.actor = $2::text AND vote.digest = $6::bytea)
    FOR UPDATE
), said AS (
    INSERT INTO chassis.approval_vote (approval_id, actor, digest, verdict, reason, at)
    SELECT approval_id, $2::text, $6::bytea, $3::text, $7::text, coalesce($8::timestamptz, now()) FROM held
), tally AS (
    SELECT held.approval_id,
           (SELECT count(DISTINCT vote.actor) FROM chassis.approval_vote AS vote
            WHERE vote.approval_id = held.approval_id AND vote.digest = $6::bytea AND vote.verdict = 'approved'
              AND vote.actor <> $2::text) + 1 AS votes
    FROM held
), decided AS (
    UPDATE chassis.approval
    SET digest = $6::bytea,
        proposal = CASE WHEN $5::text IS NULL THEN proposal ELSE $5::jsonb END,
        state = CASE WHEN $3::text <> 'approved' OR tally.votes >= needed THEN $3::text ELSE state END,
        decided_at = CASE WHEN $3::text <> 'approved' OR tally.votes >= needed
                          THEN coalesce($8::timestamptz, now()) END,
        decided_by = CASE WHEN $3::text <> 'approved' OR tally.votes >= needed THEN $2::text END,
        reason = CASE WHEN $3::text <> 'approved' OR tally.votes >= needed THEN $7::text END
    FROM tally
    WHERE approval.approval_id = tally.approval_id
    RETURNING approval.*, tally.votes
), dismissed AS (
    -- What did not happen may run again.
    UPDATE chassis.step
    SET state = 'dismissed'
    FROM decided
    WHERE decided.state = 'not_happened' AND step.job_id = decided.job_id AND step.position = decided.position
      AND step.fingerprint = decided.fingerprint AND step.state IN ('unknown', 'started', 'recorded')
      AND step.epoch <= decided.round
), noted AS (
    INSERT INTO chassis.audit (at, actor, action, subject, run_id, reason, detail)
    SELECT coalesce($8::timestamptz, now()), $2::text, 'approval.' || $3::text, 'approval ' || approval_id, run_id,
           $7::text,
           jsonb_build_object('title', title, 'digest', encode(digest, 'hex'), 'votes', votes, 'needed', needed,
                              'state', state)
               || CASE WHEN $5::text IS NULL THEN '{}' ELSE jsonb_build_object('proposal', $5::jsonb) END
    FROM decided
), told AS (
    INSERT INTO chassis.outbox (event, body, created_at, next_at)
    SELECT 'approval.decided',
           jsonb_build_object('approval', approval_id, 'run', run_id, 'title', title, 'state', state,
                              'decided_by', decided_by, 'reason', reason),
           coalesce($8::timestamptz, now()), coalesce($8::timestamptz, now())
    FROM decided
    WHERE state <> 'open'
)
SELECT state, votes, needed FROM decided;
