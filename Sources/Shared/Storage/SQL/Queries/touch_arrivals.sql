-- Notes once a day that files or objects are still there, so that they are not told of again.
--
--   $1 source text: its name, $2 paths text[]
--   $3 now timestamptz: NULL for the database's clock
UPDATE chassis.arrival SET seen_at = coalesce($3::timestamptz, now())
WHERE source = $1::text AND path = ANY ($2::text[])
  AND seen_at < coalesce($3::timestamptz, now()) - interval '1 day';
