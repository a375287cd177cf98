-- Reads calls whose jobs have ended without them, and of which nothing more will become known.
--
--   $1 connection text
--   $2 limit integer
SELECT batched_call.call_id, batched_call.state, batched_call.answer, step.price::text AS price,
       coalesce(step.reserved_micro_usd, 0) AS reserved_micro_usd
FROM chassis.batched_call
LEFT JOIN chassis.step ON step.job_id = batched_call.job_id AND step.epoch = batched_call.epoch
                      AND step.position = batched_call.position
WHERE batched_call.call_id IN (SELECT call_id FROM chassis.left_call WHERE connection = $1::text)
ORDER BY batched_call.call_id
LIMIT $2::integer;
