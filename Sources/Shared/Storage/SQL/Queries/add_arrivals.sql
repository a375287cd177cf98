-- Tells of files or objects that have arrived: those that the source has not told of, or not with this content.
--
--   $1 source text: its name, $2 paths text[], $3 marks text[]
--   $4 team text, $5 name text: of the events, $6 keys text[]: or NULL, $7 data text[]: JSON
--   $8 now timestamptz: NULL for the database's clock
--
-- Returns event_id of each event. Several that tell of the same arrival wait for each other; one does.
WITH given AS (
    SELECT * FROM unnest($2::text[], $3::text[], $6::text[], $7::text[]) AS given (path, mark, key, data)
), arrived AS (
    INSERT INTO chassis.arrival (source, path, mark, seen_at)
    SELECT $1::text, path, mark, coalesce($8::timestamptz, now()) FROM given ORDER BY path
    ON CONFLICT (source, path) DO UPDATE SET mark = excluded.mark, seen_at = excluded.seen_at
    WHERE arrival.mark <> excluded.mark
    RETURNING path
)
INSERT INTO chassis.event (team, name, key, data, source, at)
SELECT $4::text, $5::text, key, data::jsonb, $1::text, coalesce($8::timestamptz, now())
FROM given JOIN arrived USING (path)
ORDER BY path
RETURNING event_id;
