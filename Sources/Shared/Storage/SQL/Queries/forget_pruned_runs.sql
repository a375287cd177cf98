-- Forgets deleted runs whose journals are removed.
--
--   $1 run_ids bigint[]
--
-- Returns nothing.
DELETE FROM chassis.pruned_run WHERE run_id = ANY ($1::bigint[]);
