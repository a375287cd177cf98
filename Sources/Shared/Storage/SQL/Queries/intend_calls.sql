-- Writes the intents of paid calls of one job through one connection and reserves their money, one after the other: of
-- each, if the caller still holds the job and the call fits in every budget that it counts in.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 positions text[], $4 kinds text[], $5 names text[], $6 effects text[], $7 fingerprints text[]: hexadecimal
--   $8 connection text: or NULL, $9 models text[]: with NULLs
--   $10 amounts bigint[]: the most that each call can cost, in micro-dollars; NULL where nobody knows
--   $11 prices text[]: JSON, with NULLs
--   $12 run_limit bigint, $13 run_mode text, $14 job_limit bigint, $15 job_mode text: what the file says, or NULL
--   $16 most_calls integer: how many calls the job may make in all attempts, or NULL
--   $17 now timestamptz: NULL for the database's clock
--   $18 calls integer[]: which call of its step each is, counted from 1; NULL for the next one
--
-- Returns one row for each: its number, counted from 1, the verdict and its detail; see the functions. Waits for calls that
-- count in the same budgets. Calls of one job and connection count in the same budgets, so a set of them locks what the
-- first one locks.
SELECT number, verdict, detail::text AS detail
FROM chassis.intend_calls(
    $1::bigint, $2::bigint, $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text, $9::text[], $10::bigint[],
    $11::text[], $12::bigint, $13::text, $14::bigint, $15::text, $16::integer, $17::timestamptz, $18::integer[]);
