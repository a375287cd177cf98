-- Reads the calls of a job that were answered before their answers were made, and whose cost was not told yet.
--
--   $1 job_id bigint
--
-- Returns a row for each: epoch and position of its step, and its price. Locks nothing.
SELECT epoch, position, price::text AS price
FROM chassis.step
WHERE job_id = $1::bigint AND state = 'recorded' AND money = 'unknown' AND price IS NOT NULL
ORDER BY epoch, position;
