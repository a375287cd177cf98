-- Settles as unknown what jobs left open that have ended without success: no attempt comes that would look.
--
--   $1 job_ids bigint[]
--   $2 now timestamptz: NULL for the database's clock
--
-- Jobs of the list that have not ended, or have succeeded, are left alone.
SELECT chassis.settle_open_steps($1::bigint[], coalesce($2::timestamptz, now()));
