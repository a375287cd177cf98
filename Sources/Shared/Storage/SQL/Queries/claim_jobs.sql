-- Takes leases on the first pending jobs of a queue, for a session that has not ended.
--
--   $1 session_id bigint
--   $2 queue text
--   $3 limit integer: how many at most
--   $4 rank integer, $5 place bigint: where in the queue's order to begin; both NULL for its start
--   $6 known_runs bigint[]: runs whose params the caller has
--   $7 now timestamptz: NULL for the database's clock
--
-- Returns a row for each job taken, in no order; params are NULL where the caller knows them, or another item of the run has
-- them; is_cancelled when its run was cancelled meanwhile. Waits for nobody.
WITH taken AS (
    DELETE FROM chassis.ready
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.ready
        WHERE queue = $2::text
          -- Asked once a claim, not once a row.
          AND NOT EXISTS (
              SELECT FROM chassis.queue_pause WHERE queue_pause.queue IN ($2::text, split_part($2::text, ';', 1)))
          -- What was claimed a moment ago is still in the index, and would be walked over again by every claim.
          AND (-priority::integer, place) >= (coalesce($4::integer, -100000), coalesce($5::bigint, 0))
        ORDER BY queue, -priority::integer, place
        LIMIT $3::integer
        FOR UPDATE SKIP LOCKED))
      AND EXISTS (SELECT FROM chassis.session WHERE session_id = $1::bigint AND ended_at IS NULL)
    RETURNING job_id, run_id, queue, priority, place, attempt, epoch, failures, losses, is_gated
), leased AS (
    INSERT INTO chassis.lease
        (job_id, run_id, session_id, queue, priority, attempt, epoch, failures, losses, started_at, is_gated)
    SELECT job_id, run_id, $1::bigint, queue, priority, attempt, epoch + 1, failures, losses,
           coalesce($7::timestamptz, now()), is_gated
    FROM taken
)
SELECT taken.job_id, taken.run_id, taken.attempt, taken.epoch + 1 AS epoch, taken.failures, taken.losses,
       -taken.priority::integer AS rank, taken.place, taken.is_gated,
       job.name, job.kind, job.is_needed, job.is_judged, job.is_decisive, run.version_id,
       -- A list over which a job is mapped may be a param: its items share one copy of it, from claim to claim.
       CASE WHEN taken.run_id = ANY ($6::bigint[]) THEN NULL
            WHEN job.parent_job_id IS NULL
                 OR taken.job_id = (SELECT min(other.job_id) FROM taken AS other WHERE other.run_id = taken.run_id)
            THEN run.params::text END AS params,
       run.forked_from IS NOT NULL AS is_fork, job.parent_job_id, job.item_index, job.item::text AS item,
       live_run.cancelled_at IS NOT NULL AND job.rule IS DISTINCT FROM 'always' AS is_cancelled
FROM taken
JOIN chassis.job ON job.job_id = taken.job_id
JOIN chassis.run ON run.run_id = taken.run_id
LEFT JOIN chassis.live_run ON live_run.run_id = taken.run_id;
