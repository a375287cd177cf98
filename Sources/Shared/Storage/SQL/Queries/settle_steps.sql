-- Settles intents of the attempt that holds the job: their records are durable, or their calls failed, or nobody knows.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 positions text[], no two of them the same
--   $4 states text[]: recorded, failed or unknown
--   $5 usages text[]: JSON, with NULLs, $6 costs_micro_usd bigint[]: with NULLs, $7 unknown_calls smallint[]
--   $8 errors text[]: with NULLs
--   $9 now timestamptz: NULL for the database's clock
--   $10 calls integer[]: which call of its step each settles; NULL for the present one
--
-- Does nothing when the lease is lost: what the attempt recorded since may lie behind the mark of the next one, which
-- settles the intents by what it finds (settle_earlier_step).
SELECT chassis.settle_calls(
    $1::bigint, $2::bigint, $3::text[], $4::text[], $5::text[], $6::bigint[], $7::smallint[], $8::text[], $10::integer[],
    coalesce($9::timestamptz, now()));
