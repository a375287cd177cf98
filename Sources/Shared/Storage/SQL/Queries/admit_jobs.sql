-- Lets held jobs through whose gates are open.
--
--   $1 limit integer: how many are looked at, at most
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns each job made pending, and its queue. Waits for others who do the same, and asks for the door only when somebody
-- stands before it.
SELECT readied_job_id AS job_id, readied_queue AS queue
FROM chassis.admit($1::integer, $2::timestamptz)
WHERE EXISTS (SELECT FROM chassis.gate_news)
   OR EXISTS (SELECT FROM chassis.waiting WHERE reason = 'held' AND gate_id IS NULL)
   OR EXISTS (SELECT FROM chassis.gate WHERE opens_at <= coalesce($2::timestamptz, now()));
