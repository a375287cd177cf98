-- Notes which gates a run and its jobs have to pass.
--
--   $1 run_id bigint
--   $2 are_runs boolean[], $3 are_rates boolean[], $4 scopes text[], $5 keys text[]: the gates
--   $6 positions integer[]: of the job that has to pass each of them; any number where the run has to
--
-- Returns how many of the gates were found: where one is missing, which has just been deleted since nobody used it, make
-- it and join again. Found gates stay until the end of the transaction. Waits for whoever deletes gates.
WITH given AS MATERIALIZED (
    SELECT gate.gate_id, given.is_run, given.position
    FROM unnest($2::boolean[], $3::boolean[], $4::text[], $5::text[], $6::integer[])
        AS given (is_run, is_rate, scope, key, position)
    JOIN chassis.gate USING (is_run, is_rate, scope, key)
    FOR KEY SHARE OF gate
), of_run AS (
    INSERT INTO chassis.run_gate (run_id, gate_id)
    SELECT DISTINCT $1::bigint, gate_id FROM given WHERE is_run
    ON CONFLICT DO NOTHING
), of_jobs AS (
    INSERT INTO chassis.job_gate (job_id, gate_id)
    SELECT DISTINCT job.job_id, gate_id
    FROM given JOIN chassis.job ON job.run_id = $1::bigint AND job.position = given.position
    WHERE NOT is_run
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS found FROM given;
