-- Adds a backfill of a schedule with its due times.
--
--   $1 schedule_id bigint, $2 version_id bigint, $3 newest_first boolean, $4 most_active integer
--   $5 dues bigint[]: seconds since 1970
--   $6 again boolean: whether due times are taken too that the schedule has started a run for
--
-- Returns its id and how many due times it has.
WITH added AS (
    INSERT INTO chassis.backfill (schedule_id, version_id, newest_first, most_active, created_at)
    VALUES ($1::bigint, $2::bigint, $3::boolean, $4::integer, now())
    RETURNING backfill_id
), item AS (
    INSERT INTO chassis.backfill_item (backfill_id, due_at, state)
    SELECT backfill_id, to_timestamp(due), 'pending'
    FROM added, unnest($5::bigint[]) AS due
    WHERE $6::boolean OR NOT EXISTS (
        SELECT FROM chassis.due_time
        WHERE schedule_id = $1::bigint AND due_at = to_timestamp(due) AND run_id IS NOT NULL)
    RETURNING due_at
)
SELECT backfill_id, (SELECT count(*) FROM item) AS items FROM added;
