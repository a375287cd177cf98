-- Events are kept for jobs that wait for them, and versions for those that name them; and a rate that does not know how many have begun
-- counts them.

-- The time from which on events count, so that older ones need not be kept for the job; NULL where a worker of before has written it:
-- since its run was submitted.
ALTER TABLE chassis.event_wait ADD COLUMN since_at timestamptz;

-- Which versions of other workflows a version names: their jobs start these by their numbers. What was there before is noted when it is
-- deployed again.
CREATE TABLE chassis.version_need (
    version_id bigint NOT NULL,
    workflow text NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (version_id, workflow, number)
);
CREATE INDEX version_need_by_name ON chassis.version_need (workflow, number);

-- When the permits of a rate were last counted, since it seemed to be full.
ALTER TABLE chassis.gate ADD COLUMN counted_at timestamptz;
-- Whoever was in the door with the functions of before, when rates came to know how many have begun, has not told them.
UPDATE chassis.gate SET begun = (SELECT count(*) FROM chassis.permit WHERE permit.gate_id = gate.gate_id) WHERE is_rate;

-- As before; and rates that seem to be full are counted again, each every ten minutes, since that takes long for large ones.
CREATE OR REPLACE FUNCTION chassis.sweep_permits(given_at timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
DECLARE
    found_stale bigint;
    instant timestamptz := coalesce(given_at, now());
BEGIN
    PERFORM pg_advisory_xact_lock(1667785076);
    PERFORM chassis.expire_permits(gate_id, instant - period) FROM chassis.gate WHERE is_rate AND begun > 0;
    WITH counted AS MATERIALIZED (
        SELECT gate_id, begun, (SELECT count(*) FROM chassis.permit WHERE permit.gate_id = gate.gate_id) AS permits
        FROM chassis.gate
        WHERE is_rate AND (begun >= most OR begun < 0)
          AND (counted_at IS NULL OR counted_at <= instant - interval '10 minutes')
    ), corrected AS (
        UPDATE chassis.gate SET begun = permits, counted_at = instant
        FROM counted
        WHERE gate.gate_id = counted.gate_id
    )
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM counted WHERE permits <> begun;
    WITH stale AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE gate.gate_id = permit.gate_id AND NOT gate.is_rate
          AND CASE
              WHEN gate.is_run
              THEN NOT EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = permit.holder)
              ELSE NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = permit.holder)
                  AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = permit.holder)
          END
        RETURNING permit.gate_id
    ), told AS (
        INSERT INTO chassis.gate_news (gate_id) SELECT DISTINCT gate_id FROM stale
    )
    SELECT count(*) INTO found_stale FROM stale;
    RETURN found_stale;
END
$function$;

-- Whether a job has calls in a batch is asked of each run that is past its retention.
CREATE INDEX batched_call_by_job ON chassis.batched_call (job_id);

-- Ended runs that nothing counts on any more.
CREATE VIEW chassis.spare_run AS
SELECT run_id, ended_at
FROM chassis.ended_run
-- What a fork took over is read from its source's journals.
WHERE NOT EXISTS (SELECT FROM chassis.run WHERE run.forked_from = ended_run.run_id)
  -- A job that asks for the run it has started once more would start another.
  AND NOT EXISTS (
      SELECT FROM chassis.run AS child JOIN chassis.run AS parent ON parent.run_id = child.parent_run_id
      WHERE child.run_id = ended_run.run_id)
  -- What a run below costs counts in the budgets of those above.
  AND NOT EXISTS (
      WITH RECURSIVE line (run_id) AS (
          SELECT run_id FROM chassis.run WHERE parent_run_id = ended_run.run_id
          UNION ALL
          SELECT below.run_id
          FROM line CROSS JOIN LATERAL (
              SELECT run.run_id FROM chassis.run WHERE run.parent_run_id = line.run_id OFFSET 0) AS below
      )
      SELECT FROM line
      WHERE EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = line.run_id OFFSET 0))
  -- What a call in a batch has cost is put down by its step.
  AND NOT EXISTS (
      SELECT FROM chassis.batched_call JOIN chassis.job USING (job_id) WHERE job.run_id = ended_run.run_id);

-- Calls in batches that are not at their provider, and whose jobs do not go on to take their answers.
CREATE VIEW chassis.left_call AS
SELECT call_id, connection
FROM chassis.batched_call
WHERE state <> 'sent'
  AND (EXISTS (SELECT FROM chassis.done WHERE done.job_id = batched_call.job_id)
       OR NOT EXISTS (SELECT FROM chassis.job WHERE job.job_id = batched_call.job_id)
       -- An item that stands in no room, since its mapped job ran anew, and has ended without it.
       OR EXISTS (SELECT FROM chassis.job JOIN chassis.done ON done.job_id = job.parent_job_id
                  WHERE job.job_id = batched_call.job_id)
          AND NOT EXISTS (SELECT FROM chassis.waiting WHERE waiting.job_id = batched_call.job_id)
          AND NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = batched_call.job_id)
          AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = batched_call.job_id));
