-- Lists the schedules that are deployed, by name.
--
-- Returns all that is known of each; times in microseconds since 1970.
SELECT workflow.name AS workflow, schedule.name, number AS version, summary, timezone, catchup, overlap,
       (extract(epoch FROM next_due) * 1000000)::bigint AS next_us,
       (extract(epoch FROM last_due) * 1000000)::bigint AS last_us, last_run_id,
       (extract(epoch FROM paused_at) * 1000000)::bigint AS paused_us, blocked_by, error
FROM chassis.schedule JOIN chassis.workflow USING (workflow_id)
JOIN chassis.workflow_version USING (version_id)
WHERE removed_at IS NULL
ORDER BY workflow.name, schedule.name;
