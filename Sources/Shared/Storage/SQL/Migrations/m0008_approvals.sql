-- People who decide: what a token may decide, who asked for a run, what is asked, what was decided, and who is told.

-- NULL in both means a token that may decide everything.
ALTER TABLE chassis.access_token ADD COLUMN teams text[], ADD COLUMN roles text[];

-- The name of the token under which a run was submitted; NULL where nobody asked for it.
ALTER TABLE chassis.run ADD COLUMN requested_by text;

-- What people did. Nothing is ever changed here or taken away, also not with the run it is about.
CREATE TABLE chassis.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    run_id bigint,
    reason text,
    detail jsonb
);
CREATE INDEX audit_by_run ON chassis.audit (run_id, audit_id) WHERE run_id IS NOT NULL;

CREATE FUNCTION chassis.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    RAISE EXCEPTION 'the table % is only ever added to', TG_TABLE_NAME;
END
$function$;
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON chassis.audit
    FOR EACH STATEMENT EXECUTE FUNCTION chassis.refuse_change();

-- What a person is to decide: once for a step, whatever happens to the attempts at it. The digest is that of what is
-- proposed now: of the request, or of the latest edit. A round tells questions about one step apart.
CREATE TABLE chassis.approval (
    approval_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL,
    job_id bigint NOT NULL,
    kind text NOT NULL,
    position text NOT NULL,
    fingerprint bytea NOT NULL,
    round bigint NOT NULL,
    title text NOT NULL,
    request jsonb NOT NULL,
    digest bytea NOT NULL,
    proposal jsonb,
    role text,
    needed smallint NOT NULL,
    allows_requester boolean NOT NULL,
    otherwise text NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz,
    state text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    reason text,
    spent_at timestamptz,
    spent_epoch bigint,
    CONSTRAINT approval_is_asked_once UNIQUE (job_id, kind, position, fingerprint, round),
    CONSTRAINT approval_kind_is_known CHECK (kind IN ('call', 'question', 'output', 'gate', 'effect')),
    CONSTRAINT approval_state_is_known
        CHECK (state IN ('open', 'approved', 'denied', 'changes', 'expired', 'happened', 'not_happened', 'failed')),
    CONSTRAINT approval_otherwise_is_known CHECK (otherwise IN ('deny', 'fail')),
    CONSTRAINT approval_needs_somebody CHECK (needed > 0),
    CONSTRAINT approval_open_is_undecided CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT approval_spent_was_approved CHECK (spent_at IS NULL OR state = 'approved')
);
CREATE INDEX approval_open ON chassis.approval (approval_id) WHERE state = 'open';
CREATE INDEX approval_due ON chassis.approval (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;
CREATE INDEX approval_by_run ON chassis.approval (run_id, approval_id);

-- Who said what. Approvals count for the digest they were given for, and for no other.
CREATE TABLE chassis.approval_vote (
    approval_id bigint NOT NULL,
    actor text NOT NULL,
    digest bytea NOT NULL,
    verdict text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    PRIMARY KEY (approval_id, actor, digest)
);

-- What is to be told to others, at least once each; whoever is told tells repetitions apart by the id.
CREATE TABLE chassis.outbox (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    error text
);
CREATE INDEX outbox_due ON chassis.outbox (next_at);
