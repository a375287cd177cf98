-- Reads the calls of a job that were given to batches, and what their intents say of money.
--
--   $1 job_id bigint
--
-- Returns a row for each.
SELECT batched_call.call_id, batched_call.epoch, batched_call.position, batched_call.connection, batched_call.model,
       encode(batched_call.fingerprint, 'hex') AS fingerprint, batched_call.state, answer,
       batched_call.error::text AS error, batch.provider_id, batch.detail, step.price::text AS price,
       step.reserved_micro_usd
FROM chassis.batched_call
LEFT JOIN chassis.batch USING (batch_id)
LEFT JOIN chassis.step ON step.job_id = batched_call.job_id AND step.epoch = batched_call.epoch
                      AND step.position = batched_call.position
WHERE batched_call.job_id = $1::bigint
ORDER BY batched_call.call_id;
