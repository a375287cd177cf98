-- Locks the schedule that has been due for longest, unless another transaction holds it.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns it with its due time and the time by the same clock, in microseconds since 1970; nothing when none is due. The
-- first statement of its transaction, so that now() is the time. What it returns is as of the lock; which of its runs are
-- under way, read_schedule_runs says afterwards.
SELECT schedule.schedule_id, workflow.name AS workflow, schedule.name, version_id, is_queued,
       paused_at IS NOT NULL AS is_paused,
       (extract(epoch FROM next_due) * 1000000)::bigint AS due_us,
       (extract(epoch FROM coalesce($1::timestamptz, now())) * 1000000)::bigint AS now_us
FROM chassis.schedule JOIN chassis.workflow USING (workflow_id)
WHERE paused_at IS NULL AND removed_at IS NULL AND blocked_by IS NULL
  AND next_at <= coalesce($1::timestamptz, now())
ORDER BY next_at
LIMIT 1
FOR UPDATE OF schedule SKIP LOCKED;
