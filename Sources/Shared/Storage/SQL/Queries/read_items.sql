-- Reads how items of a mapped job ended, a page of them in their order.
--
--   $1 job_id bigint: the mapped job
--   $2 from integer: the place of the first of them, counted from 0
--   $3 limit integer
--
-- Returns a row for each item that has ended; its output is NULL when it did not succeed.
SELECT job.item_index, done.state, done.output::text AS output, done.output_blob, done.error::text AS error
FROM chassis.job
-- Others are left of a longer list.
JOIN chassis.map ON map.job_id = job.parent_job_id AND job.item_index < map.items
LEFT JOIN chassis.done ON done.job_id = job.job_id
WHERE job.parent_job_id = $1::bigint AND job.item_index >= $2::integer
ORDER BY job.item_index
LIMIT $3::integer;
