-- Tells of files or objects that have arrived: those that the source has not told of, or not with this content.
--
--   $1 source text: its name, $2 paths text[], $3 marks text[]
--   $4 team text, $5 name text: of the events, $6 keys text[]: or NULL, $7 data text[]: JSON
--   $8 listed_at bigint: when the listing began that found them, in microseconds since 1970
--   $9 now timestamptz: NULL for the database's clock
--
-- Returns event_id of each event; and in its place NULL with the path of each that was told of with other content since the
-- listing began, which the next listing may or may not find again. Several that tell of the same arrival wait for each other;
-- one does.
WITH given AS (
    SELECT * FROM unnest($2::text[], $3::text[], $6::text[], $7::text[]) AS given (path, mark, key, data)
), known AS (
    SELECT path, mark FROM chassis.arrival WHERE source = $1::text AND path = ANY ($2::text[])
), arrived AS (
    INSERT INTO chassis.arrival (source, path, mark, seen_at, told_at)
    SELECT $1::text, path, mark, coalesce($9::timestamptz, now()), coalesce($9::timestamptz, now())
    FROM given ORDER BY path
    ON CONFLICT (source, path) DO UPDATE SET mark = excluded.mark, seen_at = excluded.seen_at, told_at = excluded.told_at
    WHERE arrival.mark <> excluded.mark
      AND (arrival.told_at IS NULL OR arrival.told_at < to_timestamp($8::bigint / 1000000.0))
    RETURNING path
), told AS (
    INSERT INTO chassis.event (team, name, key, data, source, at)
    SELECT $4::text, $5::text, key, data::jsonb, $1::text, coalesce($9::timestamptz, now())
    FROM given JOIN arrived USING (path)
    ORDER BY path
    RETURNING event_id
)
SELECT event_id, NULL::text AS path FROM told
UNION ALL
SELECT NULL, path FROM given
WHERE NOT EXISTS (SELECT FROM arrived WHERE arrived.path = given.path)
  AND NOT EXISTS (SELECT FROM known WHERE known.path = given.path AND known.mark = given.mark);
