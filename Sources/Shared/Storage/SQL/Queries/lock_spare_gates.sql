-- Locks gates that no run and no job has to pass, of the next ones in the order of their ids.
--
--   $1 after bigint: only those with larger ids, $2 limit integer: how many are looked at
--
-- Returns the last id that was looked at, NULL when there is none, and those that seem spare, as text. Waits for nobody.
-- Whoever has runs pass a gate holds it FOR KEY SHARE: so delete_spare_gates, which looks again, sees all who do.
WITH looked AS MATERIALIZED (
    SELECT gate_id FROM chassis.gate WHERE gate_id > $1::bigint ORDER BY gate_id LIMIT $2::integer
), spare AS MATERIALIZED (
    SELECT gate.gate_id
    FROM chassis.gate JOIN looked USING (gate_id)
    WHERE NOT chassis.is_gate_used(gate.gate_id)
    FOR UPDATE OF gate SKIP LOCKED
)
SELECT (SELECT max(gate_id) FROM looked) AS last_id, array_to_string(ARRAY(SELECT gate_id FROM spare), ',') AS spare;
