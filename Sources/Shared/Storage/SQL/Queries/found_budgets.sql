-- Has what a workflow file says of the budgets of a run and one of its jobs count, which starts runs that spend in them, or whose
-- budget is about to be removed.
--
--   $1 run_id bigint, $2 job_id bigint: NULL where nothing is said of a job's
--   $3 run_limit bigint, $4 run_mode text, $5 job_limit bigint, $6 job_mode text: or NULL
--   $7 now timestamptz: NULL for the database's clock
--
-- What somebody has set counts instead. Nothing of the run was paid for before, else its first call has done this.
INSERT INTO chassis.budget (scope, name, period, limit_micro_usd, mode, run_id, set_at)
SELECT given.scope, given.name, 'run', given.most, given.mode, $1::bigint, coalesce($7::timestamptz, now())
FROM (SELECT chassis.share_budgets()) AS shared,
     (VALUES ('run', $1::bigint::text, $3::bigint, $4::text), ('job', $2::bigint::text, $5::bigint, $6::text))
        AS given (scope, name, most, mode)
WHERE given.most IS NOT NULL
ON CONFLICT DO NOTHING;
