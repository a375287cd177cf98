-- Lists the unfinished runs that descend from runs.
--
--   $1 run_ids bigint[]: none of which descends from another
--
-- Returns their ids in their order: a child comes after its parent. Waits for nobody.
WITH RECURSIVE line (run_id) AS (
    SELECT run_id FROM chassis.run WHERE parent_run_id = ANY ($1::bigint[])
    UNION ALL
    SELECT run.run_id FROM line JOIN chassis.run ON run.parent_run_id = line.run_id
)
SELECT run_id FROM line JOIN chassis.live_run USING (run_id) ORDER BY run_id;
