-- A budget that is set while nobody knows what a call costs is corrected when that is known.
--
-- A new budget counted such a call as the most that it can cost, and nothing tied the call to it: when the call was found, or its cost
-- was told, the budget kept the most for good. And the budget of a run that had ended, which is set before that is retried, counted
-- nothing of what it had paid. Whoever set a budget held up all calls while the whole ledger was read.

-- By it a new budget finds what a run has spent, also in items that its mapped job has no more.
CREATE INDEX ledger_by_run ON chassis.ledger (run_id) WHERE paid_micro_usd <> 0 OR unknown_micro_usd <> 0;

-- What the ledger says of the calls that count in one period of a budget: a line for each call that it has as unknown, and one of
-- what was paid by all. An amount below nothing is of a call that was found behind the entry that made it unknown.
CREATE TYPE chassis.spending AS (
    run_id bigint, job_id bigint, epoch bigint, position text, call integer, paid_micro_usd bigint, unknown_micro_usd bigint);

-- Adds up what a new budget counts. Of one of a run or job, and of one that each run has anew, all that the jobs in question have
-- spent; of others what was entered since a time, with numbers above `low` and up to `high`.
CREATE FUNCTION chassis.count_spending(
    this_scope text, this_name text, this_period text, this_run bigint, since timestamptz, low bigint, high bigint)
RETURNS SETOF chassis.spending
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    by_run boolean := this_run IS NOT NULL OR this_period = 'run';
    this_job bigint := CASE this_scope WHEN 'job' THEN this_name::bigint END;
    -- Runs that the run, or the job, has started, and those that they have; the run itself.
    runs bigint[] := CASE this_scope WHEN 'run' THEN this_run || ARRAY (SELECT chassis.runs_below(this_run, NULL))
                                     WHEN 'job' THEN ARRAY (SELECT chassis.runs_below(this_run, this_job)) END;
BEGIN
    RETURN QUERY
    WITH entry AS NOT MATERIALIZED (
        SELECT 0::bigint AS period_run, ledger.job_id, ledger.epoch, ledger.position, ledger.call,
               ledger.paid_micro_usd, ledger.unknown_micro_usd
        FROM chassis.ledger
        WHERE NOT by_run AND ledger.entry_id > low AND ledger.entry_id <= high AND ledger.at >= since
          AND CASE this_scope WHEN 'team' THEN ledger.team = this_name ELSE ledger.connection = this_name END
        UNION ALL
        SELECT CASE this_period WHEN 'run' THEN coalesce(this_run, run.run_id) ELSE 0 END, ledger.job_id, ledger.epoch, ledger.position, ledger.call,
               ledger.paid_micro_usd, ledger.unknown_micro_usd
        FROM (SELECT unnest(runs) AS run_id WHERE by_run
              UNION ALL
              -- Of runs that have ended nothing more will be asked, unless they are retried (count_retried_run).
              SELECT live_run.run_id FROM chassis.live_run WHERE by_run AND this_run IS NULL) AS run
        JOIN chassis.ledger USING (run_id)
        WHERE (ledger.paid_micro_usd <> 0 OR ledger.unknown_micro_usd <> 0) AND ledger.at >= since
          AND CASE this_scope WHEN 'team' THEN ledger.team = this_name WHEN 'connection' THEN ledger.connection = this_name
                              ELSE true END
        UNION ALL
        SELECT CASE this_period WHEN 'run' THEN this_run ELSE 0 END, ledger.job_id, ledger.epoch, ledger.position, ledger.call,
               ledger.paid_micro_usd, ledger.unknown_micro_usd
        FROM chassis.ledger
        WHERE ledger.job_id = this_job AND ledger.at >= since
    )
    SELECT entry.period_run, NULL::bigint, NULL::bigint, NULL::text, NULL::integer, sum(entry.paid_micro_usd)::bigint, 0::bigint
    FROM entry
    GROUP BY entry.period_run
    UNION ALL
    SELECT entry.period_run, entry.job_id, entry.epoch, entry.position, entry.call, 0, sum(entry.unknown_micro_usd)::bigint
    FROM entry
    WHERE entry.unknown_micro_usd <> 0
    GROUP BY entry.period_run, entry.job_id, entry.epoch, entry.position, entry.call
    HAVING sum(entry.unknown_micro_usd) <> 0;
END
$function$;

-- As before; and each call that is unknown is tied to a new budget. What the ledger has up to `ledger_end`, where nobody writes any
-- more, is added up before calls are held up.
--
-- Whoever locks several steps takes the lock of all budgets before them (chassis.share_budgets).
CREATE FUNCTION chassis.set_budget(
    this_scope text, this_name text, this_period text, most bigint, this_mode text, this_run bigint, at timestamptz,
    ledger_end bigint)
RETURNS bigint
LANGUAGE plpgsql
-- What is best for the first day of a ledger is not for its last.
SET plan_cache_mode = force_custom_plan
AS $function$
DECLARE
    made record;
    bounds record;
    earlier chassis.spending[];
    -- Runs that the run, or the job, has started, and those that they have.
    below bigint[] := CASE this_scope WHEN 'run' THEN ARRAY (SELECT chassis.runs_below(this_run, NULL))
                                      WHEN 'job' THEN ARRAY (SELECT chassis.runs_below(this_run, this_name::bigint))
                                      ELSE '{}' END;
BEGIN
    SELECT * INTO bounds FROM chassis.budget_bounds(this_period, at);
    IF this_run IS NOT NULL OR this_period = 'run'
       OR EXISTS (SELECT FROM chassis.budget
                  WHERE budget.scope = this_scope AND budget.name = this_name AND budget.period = this_period) THEN
        ledger_end := 0;
    ELSE
        earlier := ARRAY (SELECT spending FROM chassis.count_spending(
            this_scope, this_name, this_period, this_run, bounds.begins_at, 0, ledger_end) AS spending);
    END IF;
    PERFORM pg_advisory_xact_lock(7160546, 1);
    INSERT INTO chassis.budget AS kept (scope, name, period, limit_micro_usd, mode, run_id, set_at)
    VALUES (this_scope, this_name, this_period, most, this_mode, this_run, at)
    ON CONFLICT (scope, name, period) DO UPDATE
    SET limit_micro_usd = excluded.limit_micro_usd, mode = excluded.mode, set_at = excluded.set_at
    RETURNING kept.budget_id, kept.xmax = 0 AS is_new INTO made;
    IF NOT made.is_new THEN
        -- Whoever raises it wants to be told again.
        UPDATE chassis.budget_period SET warned_at = NULL
        WHERE budget_id = made.budget_id AND warned_at IS NOT NULL AND paid_micro_usd + unknown_micro_usd < most;
        RETURN made.budget_id;
    END IF;
    -- What was paid; and each call that is unknown, which is to be corrected here when it is found, or its cost is told. One that
    -- became unknown in an earlier period, and was found in this one, has nothing here to take back.
    WITH counted AS MATERIALIZED (
        SELECT part.run_id, part.job_id, part.epoch, part.position, part.call, sum(part.paid_micro_usd) AS paid,
               greatest(0, sum(part.unknown_micro_usd)) AS unknown
        FROM (SELECT * FROM unnest(earlier)
              UNION ALL
              SELECT * FROM chassis.count_spending(
                  this_scope, this_name, this_period, this_run, bounds.begins_at, ledger_end, 9223372036854775807)) AS part
        GROUP BY part.run_id, part.job_id, part.epoch, part.position, part.call
    ), charged AS (
        INSERT INTO chassis.budget_period AS kept
            (budget_id, begins_at, ends_at, run_id, paid_micro_usd, unknown_micro_usd)
        SELECT made.budget_id, bounds.begins_at, bounds.ends_at, counted.run_id, sum(paid), sum(unknown)
        FROM counted
        GROUP BY counted.run_id
        RETURNING kept.period_id, kept.run_id
    )
    UPDATE chassis.step
    SET charges = charges || charged.period_id
    FROM counted JOIN charged USING (run_id)
    WHERE counted.unknown > 0 AND step.job_id = counted.job_id AND step.epoch = counted.epoch
      AND step.position = counted.position AND step.calls = counted.call AND step.money = 'unknown';
    -- The calls under way: those of jobs that a worker holds, or that have yet to be claimed again.
    WITH under_way AS MATERIALIZED (
        SELECT step.job_id, step.epoch, step.position, step.reserved_micro_usd,
               CASE this_period WHEN 'run' THEN coalesce(this_run, run.run_id) ELSE 0 END AS period_run
        FROM (SELECT job_id FROM chassis.lease
              UNION ALL SELECT job_id FROM chassis.ready WHERE epoch > 0
              UNION ALL SELECT job_id FROM chassis.waiting WHERE epoch > 0) AS unfinished
        JOIN chassis.step ON step.job_id = unfinished.job_id AND step.money = 'reserved'
        JOIN chassis.job ON job.job_id = step.job_id
        JOIN chassis.run ON run.run_id = job.run_id
        WHERE step.started_at >= bounds.begins_at
          AND CASE this_scope WHEN 'team' THEN run.team = this_name WHEN 'connection' THEN step.connection = this_name
                              WHEN 'run' THEN run.run_id::text = this_name OR run.run_id = ANY (below)
                              ELSE job.job_id::text = this_name OR run.run_id = ANY (below) END
    ), charged AS (
        INSERT INTO chassis.budget_period AS kept (budget_id, begins_at, ends_at, run_id, reserved_micro_usd)
        SELECT made.budget_id, bounds.begins_at, bounds.ends_at, period_run, sum(reserved_micro_usd)
        FROM under_way
        GROUP BY period_run
        ON CONFLICT (budget_id, begins_at, run_id) DO UPDATE SET reserved_micro_usd = excluded.reserved_micro_usd
        RETURNING kept.period_id, kept.run_id
    )
    UPDATE chassis.step
    SET charges = charges || charged.period_id
    FROM under_way JOIN charged ON charged.run_id = under_way.period_run
    WHERE step.job_id = under_way.job_id AND step.epoch = under_way.epoch AND step.position = under_way.position;
    RETURN made.budget_id;
END
$function$;

-- For schedulers of the release before.
CREATE OR REPLACE FUNCTION chassis.set_budget(
    this_scope text, this_name text, this_period text, most bigint, this_mode text, this_run bigint, at timestamptz)
RETURNS bigint
LANGUAGE sql
AS $function$
    SELECT chassis.set_budget(this_scope, this_name, this_period, most, this_mode, this_run, at, 0)
$function$;
