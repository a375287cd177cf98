-- Keeps the ended runs above a run from being deleted until the end of the transaction, which brings it back to life: what it costs
-- counts in their budgets.
--
--   $1 run_id bigint
--
-- Returns nothing that matters. Waits for whoever brings one of them back to life, or deletes it.
WITH RECURSIVE above (run_id) AS (
    SELECT parent_run_id FROM chassis.run WHERE run_id = $1::bigint AND parent_run_id IS NOT NULL
    UNION ALL
    SELECT run.parent_run_id FROM above JOIN chassis.run USING (run_id) WHERE run.parent_run_id IS NOT NULL
)
SELECT run_id FROM chassis.ended_run WHERE run_id = ANY (ARRAY (SELECT run_id FROM above)) ORDER BY run_id FOR KEY SHARE;
