-- Sets a budget, or another limit or mode of one that is there.
--
--   $1 scope text, $2 name text, $3 period text, $4 limit_micro_usd bigint, $5 mode text
--   $6 run_id bigint: of budgets of a run or job, else NULL
--   $7 now timestamptz: NULL for the database's clock
--   $8 ledger_end bigint: as read_ledger_end has said in an earlier transaction; 0 where it is not asked
--
-- Returns the budget's id. Waits for calls that are being reserved or settled; what the ledger has up to $8 is added up before that.
SELECT chassis.set_budget($1::text, $2::text, $3::text, $4::bigint, $5::text, $6::bigint,
                          coalesce($7::timestamptz, now()), $8::bigint) AS budget_id;
