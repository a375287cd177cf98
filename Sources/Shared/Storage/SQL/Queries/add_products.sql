-- Tells of the assets that jobs have brought up to date, in the transaction that ends them as succeeded.
--
--   $1 job_ids bigint[], $2 epochs bigint[]: of the leases under which they ended
--   $3 names text[]: of the events, $4 keys text[]: or NULL, $5 data text[]: JSON
--   $6 now timestamptz: NULL for the database's clock
--
-- Returns event_id of each event. Follows end_jobs or end_items. A job that ended otherwise, or under another epoch, tells
-- of nothing, and one whose ending is written again nothing new.
INSERT INTO chassis.event (team, name, key, data, source, run_id, job_id, epoch, depth, at)
SELECT run.team, product.name, product.key, product.data::jsonb, 'job', run.run_id, product.job_id, product.epoch,
       chassis.run_depth(run.run_id), coalesce($6::timestamptz, now())
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
    AS product (job_id, epoch, name, key, data, position)
JOIN chassis.done ON done.job_id = product.job_id AND done.epoch = product.epoch AND done.state = 'succeeded'
JOIN chassis.run ON run.run_id = done.run_id
ORDER BY position
ON CONFLICT DO NOTHING
RETURNING event_id;
