-- Makes a run that was just submitted a fork of another one. Follows submit_run in its transaction.
--
--   $1 run_id bigint, $2 source_run_id bigint
--   $3 job text: or NULL, $4 step text: or NULL, $5 inherits text, $6 through text: or NULL, $7 edit text: JSON
--   $8 cut text: JSON, or NULL
--
-- Locks the source against prune_runs, which passes over it.
--
-- Returns one row; none when the source is gone.
WITH ended AS (
    SELECT run_id FROM chassis.ended_run WHERE run_id = $2::bigint FOR KEY SHARE
), source AS (
    SELECT run_id FROM chassis.run WHERE run_id = $2::bigint AND (SELECT count(*) FROM ended) >= 0 FOR KEY SHARE
), marked AS (
    UPDATE chassis.run SET forked_from = source.run_id FROM source WHERE run.run_id = $1::bigint
)
INSERT INTO chassis.fork (run_id, source_run_id, job, step, inherits, through, edit, cut)
SELECT $1::bigint, run_id, $3::text, $4::text, $5::text, $6::text, $7::jsonb, $8::jsonb FROM source
RETURNING run_id;
