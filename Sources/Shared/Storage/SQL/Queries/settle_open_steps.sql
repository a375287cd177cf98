-- Settles as unknown what jobs left open that have ended: no attempt comes that would look.
--
--   $1 job_ids bigint[]
--   $2 now timestamptz: NULL for the database's clock
--
-- Jobs of the list that have not ended are left alone. One that a worker ended with success has nothing open: spare it the look.
WITH shared AS MATERIALIZED (
    -- Before the steps are locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets()
    WHERE EXISTS (SELECT FROM chassis.step WHERE job_id = ANY ($1::bigint[]) AND state = 'started')
)
SELECT chassis.settle_open_steps(CASE WHEN before.locks >= 0 THEN $1::bigint[] END, coalesce($2::timestamptz, now()))
FROM (SELECT count(*) AS locks FROM shared) AS before;
