-- Reads calls whose jobs have ended without them, and of which nothing more will become known.
--
--   $1 connection text
--   $2 limit integer
SELECT batched_call.call_id, batched_call.state, batched_call.answer, step.price::text AS price,
       coalesce(step.reserved_micro_usd, 0) AS reserved_micro_usd
FROM chassis.batched_call
LEFT JOIN chassis.step ON step.job_id = batched_call.job_id AND step.epoch = batched_call.epoch
                      AND step.position = batched_call.position
WHERE batched_call.connection = $1::text AND batched_call.state <> 'sent'
  AND (EXISTS (SELECT FROM chassis.done WHERE done.job_id = batched_call.job_id)
       OR NOT EXISTS (SELECT FROM chassis.job WHERE job.job_id = batched_call.job_id)
       -- An item that stands in no room, since its mapped job ran anew, and has ended without it.
       OR EXISTS (SELECT FROM chassis.job JOIN chassis.done ON done.job_id = job.parent_job_id
                  WHERE job.job_id = batched_call.job_id)
          AND NOT EXISTS (SELECT FROM chassis.waiting WHERE waiting.job_id = batched_call.job_id)
          AND NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = batched_call.job_id)
          AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = batched_call.job_id))
ORDER BY batched_call.call_id
LIMIT $2::integer;
