-- Sets a budget, or another limit or mode of one that is there.
--
--   $1 scope text, $2 name text, $3 period text, $4 limit_micro_usd bigint, $5 mode text
--   $6 run_id bigint: of budgets of a run or job, else NULL
--   $7 now timestamptz: NULL for the database's clock
--
-- Returns the budget's id. Waits for calls that are being reserved or settled.
SELECT chassis.set_budget($1::text, $2::text, $3::text, $4::bigint, $5::text, $6::bigint,
                          coalesce($7::timestamptz, now())) AS budget_id;
