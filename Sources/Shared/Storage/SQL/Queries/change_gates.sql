-- Sets how much the gates of a run let through, where the run says something else than before.
--
--   $1 to $6 as in add_gates
--
-- Waits for the door only where something changes.
SELECT chassis.change_gates(
    $1::boolean[], $2::boolean[], $3::text[], $4::text[], $5::integer[], $6::bigint[]);
