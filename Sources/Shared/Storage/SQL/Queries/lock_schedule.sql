-- Locks a schedule by its name.
--
--   $1 workflow text, $2 name text
--
-- Returns it, and the time by the database's clock in microseconds since 1970; nothing when there is none.
SELECT schedule.schedule_id, workflow.name AS workflow, schedule.name, version_id, is_queued,
       paused_at IS NOT NULL AS is_paused,
       (extract(epoch FROM next_due) * 1000000)::bigint AS due_us,
       (extract(epoch FROM now()) * 1000000)::bigint AS now_us
FROM chassis.schedule JOIN chassis.workflow USING (workflow_id)
WHERE workflow.name = $1::text AND schedule.name = $2::text AND removed_at IS NULL
FOR UPDATE OF schedule;
