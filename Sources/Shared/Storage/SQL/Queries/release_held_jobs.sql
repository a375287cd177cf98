-- Has the door look anew at the jobs of runs that were held by a pause.
--
--   $1 run_ids bigint[]
UPDATE chassis.waiting SET gate_id = NULL
WHERE reason = 'held' AND gate_id = 0 AND run_id = ANY ($1::bigint[]);
