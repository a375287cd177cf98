-- Deletes those of some locked gates that no run and no job has to pass.
--
--   $1 gate_ids bigint[]
--
-- Returns gate_id of each.
DELETE FROM chassis.gate
WHERE gate_id = ANY ($1::bigint[]) AND NOT chassis.is_gate_used(gate_id)
RETURNING gate_id;
