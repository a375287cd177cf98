-- Has a locked workflow keep its deployed version, or keep it no more.
--
--   $1 name text, $2 is_pinned boolean
UPDATE chassis.workflow
SET pinned_at = CASE WHEN $2::boolean THEN coalesce(pinned_at, now()) END
WHERE name = $1::text;
