-- Begins the items of a mapped job, if the caller still holds it; what has begun is left as it is.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 items integer: how many there are
--   $4 at_once integer: how many may be active at the same time, or NULL
--   $5 tolerated integer: how many may fail, or NULL for any number
--   $6 fails_fast boolean: whether items that have not begun are skipped once more have failed
--
-- Returns nothing. Follow with read_map.
INSERT INTO chassis.map (job_id, run_id, items, unfinished, at_once, tolerated, fails_fast)
SELECT job_id, run_id, $3::integer, $3::integer, $4::integer, $5::integer, $6::boolean
FROM chassis.lease
WHERE job_id = $1::bigint AND epoch = $2::bigint
ON CONFLICT (job_id) DO NOTHING;
