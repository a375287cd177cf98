-- Notes what becomes of a due time, once.
--
--   $1 schedule_id bigint, $2 due_us bigint: microseconds since 1970, $3 outcome text
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns one row; none when something became of the due time before.
INSERT INTO chassis.due_time (schedule_id, due_at, outcome, at)
VALUES ($1::bigint, 'epoch'::timestamptz + $2::bigint * interval '1 microsecond', $3::text,
        coalesce($4::timestamptz, now()))
ON CONFLICT DO NOTHING
RETURNING schedule_id;
