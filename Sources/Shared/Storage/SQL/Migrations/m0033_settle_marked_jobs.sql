-- Calls of jobs that people end while they are under way, and budgets that have room again.

-- Settles as unknown what jobs left open that have ended: no attempt comes that would look. Of a job that a person made succeeded, too:
-- what its attempt had reserved stayed reserved.
CREATE OR REPLACE FUNCTION chassis.settle_open_steps(jobs bigint[], at timestamptz) RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
    open_step record;
BEGIN
    IF NOT EXISTS (SELECT FROM chassis.step WHERE step.job_id = ANY (jobs) AND step.state = 'started') THEN
        RETURN;
    END IF;
    PERFORM FROM chassis.step JOIN chassis.done USING (job_id)
    WHERE step.job_id = ANY (jobs) AND step.state = 'started'
    ORDER BY step.job_id, step.epoch, step.position
    FOR UPDATE OF step;
    PERFORM chassis.share_budgets();
    PERFORM FROM chassis.budget_period
    WHERE period_id IN (SELECT unnest(step.charges) FROM chassis.step
                        WHERE step.job_id = ANY (jobs) AND step.state = 'started')
    ORDER BY budget_id
    FOR NO KEY UPDATE;
    FOR open_step IN
        UPDATE chassis.step
        SET state = 'unknown', unknown_calls = unknown_calls + 1, settled_at = settle_open_steps.at,
            error = 'the job ended before the result was recorded'
        FROM chassis.done
        WHERE step.job_id = ANY (jobs) AND step.state = 'started'
          AND done.job_id = step.job_id
        RETURNING step.job_id, step.epoch, step.position
    LOOP
        PERFORM chassis.settle_call(open_step.job_id, open_step.epoch, open_step.position, 'unknown', NULL, NULL,
                                    settle_open_steps.at);
    END LOOP;
END
$function$;

-- As before, and jobs that found no room in a budget with mode hold are to look again when a call cost less than the most it could have.
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
        IF to_unknown < 0 THEN
            -- Whoever finds no room waits under the lock of the period, so all of them are seen. One that is locked is being resumed,
            -- and looks at the budget behind this.
            UPDATE chassis.budget_waiter SET has_news = true
            WHERE ctid = ANY (ARRAY(
                SELECT budget_waiter.ctid
                FROM chassis.budget_waiter JOIN chassis.budget_period USING (budget_id)
                WHERE budget_period.period_id = ANY (this_call.charges) AND NOT has_news
                FOR UPDATE OF budget_waiter SKIP LOCKED));
        END IF;
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

-- What was left so before.
SELECT chassis.settle_open_steps(array_agg(DISTINCT step.job_id), now())
FROM chassis.step JOIN chassis.done USING (job_id)
WHERE step.state = 'started' AND done.state = 'succeeded';
