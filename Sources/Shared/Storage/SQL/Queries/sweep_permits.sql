-- Takes back permits that nobody holds any more, and counts those of rates that seem to be full.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns how many it found, besides those of rates whose time is over. Waits for the door.
SELECT chassis.sweep_permits($1::timestamptz) AS stale
WHERE EXISTS (SELECT FROM chassis.permit) OR EXISTS (SELECT FROM chassis.gate WHERE is_rate AND begun <> 0);
