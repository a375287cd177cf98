-- Lists runs of one workflow that ended in one way, newest first.
--
--   $1 state text: succeeded, failed or cancelled
--   $2 workflow text: its name
--   $3 before bigint: only runs with smaller ids, or NULL
--   $4 page_size integer
--
-- Returns run_id. Looks through the newest runs that ended so, whosever they are. Where too few of them are the workflow's, it is one
-- that seldom ends so, or seldom runs: then through the older runs of its own.
WITH recent AS MATERIALIZED (
    SELECT ended_run.run_id
    FROM chassis.ended_run
    WHERE ended_run.state = $1::text AND ended_run.run_id < coalesce($3::bigint, 9223372036854775807)
    ORDER BY ended_run.run_id DESC
    LIMIT 2000
), found AS MATERIALIZED (
    SELECT recent.run_id
    FROM recent
    WHERE $2::text = (SELECT workflow.name
                      FROM chassis.run
                      JOIN chassis.workflow_version USING (version_id)
                      JOIN chassis.workflow USING (workflow_id)
                      WHERE run.run_id = recent.run_id)
    ORDER BY recent.run_id DESC
    LIMIT $4::integer
)
SELECT found.run_id FROM found
UNION ALL
(SELECT older.run_id
 FROM chassis.workflow
 JOIN chassis.workflow_version USING (workflow_id)
 CROSS JOIN LATERAL (
     SELECT run.run_id
     FROM chassis.run JOIN chassis.ended_run USING (run_id)
     WHERE run.version_id = workflow_version.version_id AND run.run_id < (SELECT min(run_id) FROM recent)
       AND ended_run.state = $1::text
     ORDER BY run.version_id DESC, run.run_id DESC
     LIMIT $4::integer
 ) AS older
 WHERE workflow.name = $2::text
   AND (SELECT count(*) FROM recent) = 2000 AND (SELECT count(*) FROM found) < $4::integer
 ORDER BY older.run_id DESC
 LIMIT $4::integer)
ORDER BY run_id DESC
LIMIT $4::integer;
