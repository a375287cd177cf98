-- Settles intents that count in no budget, of any jobs, in one statement; see settle_steps.
--
--   $1 jobs bigint[], $2 epochs bigint[]: as given at the claims
--   $3 positions text[], no two of them the same for one job
--   $4 states text[]: recorded, failed or unknown
--   $5 usages text[]: JSON, with NULLs, $6 costs_micro_usd bigint[]: with NULLs, $7 unknown_calls smallint[]
--   $8 errors text[]: with NULLs, $9 calls integer[]: which call of its step each settles; NULL for the present one
--   $10 now timestamptz: NULL for the database's clock
--
-- Returns the numbers, counted from 1, of those that it has settled. It has not settled those that count in a budget, that were
-- settled before, and whose lease is lost or being given up: settle_steps sees to them.
SELECT number
FROM chassis.settle_unbudgeted_calls(
    $1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::smallint[], $8::text[], $9::integer[],
    coalesce($10::timestamptz, now())) AS number;
