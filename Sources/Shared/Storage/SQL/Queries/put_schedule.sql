-- Adds a schedule, or gives it a new version. What it has come to stays; where its rule is another one, or it was
-- dropped before, it goes on from the next due time given, and nothing waits for a run any more.
--
--   $1 workflow text, $2 name text, $3 version_id bigint, $4 rule text, $5 summary text, $6 timezone text
--   $7 catchup text, $8 overlap text
--   $9 next_us bigint, $10 next_at_us bigint: microseconds since 1970, or NULL
--   $11 now timestamptz: NULL for the database's clock
INSERT INTO chassis.schedule
    (workflow_id, name, version_id, rule, summary, timezone, catchup, overlap, next_due, next_at, created_at)
SELECT workflow_id, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::text, $8::text,
       'epoch'::timestamptz + $9::bigint * interval '1 microsecond',
       'epoch'::timestamptz + $10::bigint * interval '1 microsecond', coalesce($11::timestamptz, now())
FROM chassis.workflow WHERE workflow.name = $1::text
ON CONFLICT (workflow_id, name) DO UPDATE
SET version_id = excluded.version_id, rule = excluded.rule, summary = excluded.summary, timezone = excluded.timezone,
    catchup = excluded.catchup, overlap = excluded.overlap, error = NULL, removed_at = NULL,
    blocked_by = CASE WHEN schedule.rule = excluded.rule AND schedule.removed_at IS NULL THEN schedule.blocked_by END,
    is_queued = schedule.is_queued AND schedule.rule = excluded.rule AND schedule.removed_at IS NULL,
    next_due = CASE WHEN schedule.rule = excluded.rule AND schedule.removed_at IS NULL THEN schedule.next_due
                    ELSE excluded.next_due END,
    next_at = CASE WHEN schedule.rule <> excluded.rule OR schedule.removed_at IS NOT NULL THEN excluded.next_at
                   -- What could not be started is tried at once: the file may have mended it.
                   WHEN schedule.error IS NOT NULL THEN least(schedule.next_at, coalesce($11::timestamptz, now()))
                   ELSE schedule.next_at END;
