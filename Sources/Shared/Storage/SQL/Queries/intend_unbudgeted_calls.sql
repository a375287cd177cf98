-- Writes the intents of paid calls that are new and count in no budget, of any jobs, in one statement.
--
--   $1 jobs bigint[], $2 epochs bigint[]: as given at the claims
--   $3 positions text[], $4 kinds text[], $5 names text[], $6 effects text[], $7 fingerprints text[]: hexadecimal
--   $8 connections text[]: with NULLs, $9 models text[]: with NULLs
--   $10 amounts bigint[]: the most that each call can cost, in micro-dollars; NULL where nobody knows
--   $11 prices text[]: JSON, with NULLs
--   $12 calls integer[]: which call of its step each is, counted from 1
--   $13 now timestamptz: NULL for the database's clock
--
-- Returns the numbers, counted from 1, of those that it has written, and the negative numbers of those that may count in a budget,
-- which it has not. Of what was written before, and of those whose lease is lost or being given up, it says nothing: ask for all
-- these with intend_calls. Waits for somebody who sets a budget, and for an earlier try of the same.
SELECT number
FROM chassis.intend_unbudgeted_calls(
    $1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::bigint[], $11::text[], $12::integer[], $13::timestamptz) AS number;
