-- Writes the intent of a paid call and reserves its money, if the caller still holds the job and the call fits in every
-- budget that it counts in.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 position text, $4 kind text, $5 name text, $6 effect text, $7 fingerprint bytea
--   $8 connection text, $9 model text: or NULL
--   $10 amount bigint: the most that the call can cost, in micro-dollars; NULL where nobody knows
--   $11 price text: JSON or NULL
--   $12 run_limit bigint, $13 run_mode text, $14 job_limit bigint, $15 job_mode text: what the file says, or NULL
--   $16 most_calls integer: how many calls the job may make in all attempts, or NULL
--   $17 now timestamptz: NULL for the database's clock
--   $18 call integer: which call of the step, counted from 1; NULL for the next one
--
-- Returns one row: the verdict and its detail; see the function. Waits for calls that count in the same budgets. Locks the
-- lease, then the lock of all budgets, and then what the function locks: whoever sets a budget locks steps behind that.
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), shared AS MATERIALIZED (
    SELECT chassis.share_budgets() FROM held
)
SELECT verdict, detail::text AS detail
FROM (SELECT count(*) AS locks FROM shared) AS before
CROSS JOIN LATERAL
     chassis.intend_call(CASE WHEN before.locks >= 0 THEN $1::bigint END, $2::bigint, $3::text, $4::text, $5::text,
                         $6::text, $7::bytea, $8::text, $9::text, $10::bigint, $11::jsonb, $12::bigint, $13::text,
                         $14::bigint, $15::text, $16::integer, coalesce($17::timestamptz, clock_timestamp()), $18::integer);
