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
--
-- Returns one row: the verdict and its detail; see the function. Waits for calls that count in the same budgets.
SELECT verdict, detail::text AS detail
FROM chassis.intend_call($1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::bytea, $8::text, $9::text,
                         $10::bigint, $11::jsonb, $12::bigint, $13::text, $14::bigint, $15::text, $16::integer,
                         coalesce($17::timestamptz, clock_timestamp()));
