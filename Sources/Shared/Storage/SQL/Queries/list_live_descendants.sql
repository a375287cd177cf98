-- Lists the unfinished runs that descend from runs, and end with them.
--
--   $1 run_ids bigint[]: none of which descends from another
--
-- Returns their ids in their order: a child comes after its parent. Jobs that always run are left out of a cancellation, and so is
-- what they have started, with all below it. Waits for nobody.
WITH RECURSIVE line (run_id) AS (
    SELECT child.run_id
    FROM chassis.run AS child LEFT JOIN chassis.job ON job.job_id = child.parent_job_id
    WHERE child.parent_run_id = ANY ($1::bigint[]) AND job.rule IS DISTINCT FROM 'always'
    UNION ALL
    SELECT child.run_id
    FROM line
    JOIN chassis.run AS child ON child.parent_run_id = line.run_id
    LEFT JOIN chassis.job ON job.job_id = child.parent_job_id
    WHERE job.rule IS DISTINCT FROM 'always'
)
SELECT run_id FROM line JOIN chassis.live_run USING (run_id) ORDER BY run_id;
