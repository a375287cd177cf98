-- Adds a backfill of a schedule with its due times, or of a trigger with its partitions.
--
--   $1 schedule_id bigint, $2 trigger_id bigint: the one of them, and NULL
--   $3 version_id bigint, $4 newest_first boolean, $5 most_active integer
--   $6 dues bigint[]: seconds since 1970, or NULL, $7 partitions text[]: or NULL; in the order in which they start
--   $8 requested_by text: who asks for it, or NULL
--
-- Returns its id.
WITH added AS (
    INSERT INTO chassis.backfill (schedule_id, trigger_id, version_id, newest_first, most_active, requested_by, created_at)
    VALUES ($1::bigint, $2::bigint, $3::bigint, $4::boolean, $5::integer, $8::text, now())
    RETURNING backfill_id
), item AS (
    -- Numbered in this order.
    INSERT INTO chassis.backfill_item (backfill_id, due_at, partition, state)
    SELECT backfill_id, to_timestamp(due), given.partition, 'pending'
    FROM added, unnest($6::bigint[], $7::text[]) WITH ORDINALITY AS given (due, partition, position)
    ORDER BY position
)
SELECT backfill_id FROM added;
