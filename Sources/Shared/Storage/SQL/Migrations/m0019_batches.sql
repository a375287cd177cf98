-- Calls of models whose answers come later and cost less, and the batches in which their providers are given them.

-- What a provider is given at once. It is made with its calls, tried (the intent of the paid request comes first), sent
-- once the provider's own id is known, and ended.
CREATE TABLE chassis.batch (
    batch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- By this it is known in the provider's own list, where that takes names.
    key text NOT NULL DEFAULT 'chassis-' || replace(gen_random_uuid()::text, '-', ''),
    connection text NOT NULL,
    model text NOT NULL,
    state text NOT NULL,
    provider_id text,
    made_at timestamptz NOT NULL,
    -- When it was last about to be sent; NULL while it never was.
    tried_at timestamptz,
    sent_at timestamptz,
    -- When the provider was asked to cancel it.
    cancelled_at timestamptz,
    -- When it is looked at again, unless a worker has it in hand.
    due_at timestamptz NOT NULL,
    session_id bigint,
    -- Fences what is written about it; grows whenever a worker takes it in hand.
    turn bigint NOT NULL DEFAULT 0,
    detail text,
    CONSTRAINT batch_state_is_known CHECK (state IN ('made', 'sent', 'ended')),
    CONSTRAINT batch_that_was_sent_has_an_id CHECK (state <> 'sent' OR provider_id IS NOT NULL)
);
CREATE INDEX batch_due ON chassis.batch (connection, due_at) WHERE state <> 'ended';
-- Two batches of ours are never the same one of a provider's.
CREATE UNIQUE INDEX batch_of_provider ON chassis.batch (connection, provider_id) WHERE provider_id IS NOT NULL;

-- A model call of a job that waits for its answer. Its step's intent stands since before, and stays open.
CREATE TABLE chassis.batched_call (
    call_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- By this its answer is known among those of a batch.
    key text NOT NULL DEFAULT 'chassis-' || replace(gen_random_uuid()::text, '-', ''),
    job_id bigint NOT NULL,
    -- Of the attempt that wrote the intent.
    epoch bigint NOT NULL,
    position text NOT NULL,
    fingerprint bytea NOT NULL,
    connection text NOT NULL,
    model text NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    batch_id bigint REFERENCES chassis.batch,
    -- Where request and answer lie in the store, as DIGEST:LENGTH.
    request text NOT NULL,
    request_bytes bigint NOT NULL,
    answer text,
    error jsonb,
    added_at timestamptz NOT NULL,
    CONSTRAINT batched_call_state_is_known CHECK (state IN ('waiting', 'sent', 'answered', 'failed', 'unknown')),
    CONSTRAINT batched_call_is_of_a_batch CHECK (state = 'waiting' OR batch_id IS NOT NULL),
    CONSTRAINT batched_call_is_unique UNIQUE (job_id, position, fingerprint)
);
CREATE UNIQUE INDEX batched_call_by_key ON chassis.batched_call (key);
CREATE INDEX batched_call_of_batch ON chassis.batched_call (batch_id);
CREATE INDEX batched_call_waiting ON chassis.batched_call (connection, model, call_id) WHERE state = 'waiting';

-- As before, and a call whose outcome was unknown can turn out not to have been paid.
CREATE OR REPLACE FUNCTION chassis.settle_call(
    this_job bigint, this_epoch bigint, this_position text, outcome text, cost bigint, this_usage jsonb, at timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
    this_call record;
    entry text;
    from_reserved bigint := 0;
    to_paid bigint := 0;
    to_unknown bigint := 0;
BEGIN
    SELECT step.*, job.run_id INTO this_call
    FROM chassis.step JOIN chassis.job USING (job_id)
    WHERE step.job_id = this_job AND step.epoch = this_epoch AND step.position = this_position;
    IF this_call.money = 'reserved' THEN
        from_reserved := this_call.reserved_micro_usd;
        IF outcome = 'settled' THEN
            to_paid := coalesce(cost, 0);
        ELSIF outcome = 'unknown' THEN
            to_unknown := this_call.reserved_micro_usd;
        END IF;
        entry := outcome;
    ELSIF this_call.money = 'unknown' AND outcome IN ('settled', 'cancelled') THEN
        to_unknown := -this_call.reserved_micro_usd;
        IF outcome = 'settled' THEN
            to_paid := coalesce(cost, 0);
        END IF;
        entry := CASE outcome WHEN 'settled' THEN 'found' ELSE 'cancelled' END;
    ELSE
        RETURN;
    END IF;

    PERFORM chassis.share_budgets();
    IF cardinality(this_call.charges) > 0 THEN
        PERFORM FROM chassis.budget_period
        WHERE period_id = ANY (this_call.charges)
        ORDER BY budget_id
        FOR NO KEY UPDATE;
        UPDATE chassis.budget_period
        SET reserved_micro_usd = reserved_micro_usd - from_reserved, paid_micro_usd = paid_micro_usd + to_paid,
            unknown_micro_usd = unknown_micro_usd + to_unknown
        WHERE period_id = ANY (this_call.charges);
    END IF;
    UPDATE chassis.step SET money = outcome
    WHERE job_id = this_job AND epoch = this_epoch AND position = this_position;
    INSERT INTO chassis.ledger
        (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model,
         reserved_micro_usd, paid_micro_usd, unknown_micro_usd, usage, is_estimated, price)
    SELECT settle_call.at, entry, this_call.run_id, this_job, this_epoch, this_position, this_call.calls, run.team,
           workflow.name, this_call.connection, this_call.model, -from_reserved, to_paid, to_unknown, this_usage,
           outcome = 'settled' AND cost IS NOT NULL AND this_usage IS NULL,
           this_call.price
    FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
    WHERE run.run_id = this_call.run_id;
END
$function$;
