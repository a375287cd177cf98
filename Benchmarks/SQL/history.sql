-- A history: so many runs of ten jobs of ten steps, all ended. The ids go on where the identities stand.
-- The keys and indexes are made again when the rows are there, which takes a third of the time.
SELECT max(version_id) AS version FROM chassis.workflow_version \gset
SELECT coalesce(max(run_id), 0) AS run FROM chassis.run \gset
SELECT coalesce(max(job_id), 0) AS job FROM chassis.job \gset
ALTER TABLE chassis.step DROP CONSTRAINT step_pkey;
INSERT INTO chassis.run (run_id, version_id, team, params, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT :run + number, :version, 'default', '{}', now() - interval '30 days' + number * interval '1 second'
    FROM generate_series(1, :runs) AS number;
INSERT INTO chassis.ended_run (run_id, state, ended_at)
    SELECT :run + number, CASE WHEN number % 10 = 0 THEN 'failed' ELSE 'succeeded' END,
           now() - interval '30 days' + number * interval '1 second'
    FROM generate_series(1, :runs) AS number;
INSERT INTO chassis.job (job_id, run_id, position, name, kind)
    OVERRIDING SYSTEM VALUE
    SELECT :job + number, :run + 1 + (number - 1) / 10, (number - 1) % 10, 'job' || (number - 1) % 10, 'noop'
    FROM generate_series(1, :runs * 10) AS number;
INSERT INTO chassis.done (job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at, ended_at,
                          queue, priority, output)
    SELECT :job + number, :run + 1 + (number - 1) / 10, 'succeeded', 1, 1, 1, 0, 0,
           now() - interval '30 days' + number / 10 * interval '1 second',
           now() - interval '30 days' + number / 10 * interval '1 second', 'default', 0, 'null'
    FROM generate_series(1, :runs * 10) AS number;
INSERT INTO chassis.step (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at,
                          settled_at)
    SELECT :job + 1 + (number - 1) / 10, 1, 'step#' || (number - 1) % 10, 1, 'step', 'step', 'none', 'recorded',
           decode(md5(number::text) || md5(number::text), 'hex'), now() - interval '30 days', now() - interval '30 days'
    FROM generate_series(1, :runs * 100) AS number;
ALTER TABLE chassis.step ADD CONSTRAINT step_pkey PRIMARY KEY (job_id, epoch, position);
SELECT setval(pg_get_serial_sequence('chassis.run', 'run_id'), :run + :runs) AS run,
       setval(pg_get_serial_sequence('chassis.job', 'job_id'), :job + :runs * 10) AS job \gset
