-- Takes back permits that nobody holds any more.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns how many it found, besides those of rates whose time is over. Waits for the door.
SELECT chassis.sweep_permits($1::timestamptz) AS stale
WHERE EXISTS (SELECT FROM chassis.permit);
