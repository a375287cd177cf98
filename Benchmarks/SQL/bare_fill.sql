TRUNCATE bare.ready, bare.lease, bare.done, bare.live_run;
INSERT INTO bare.live_run (run_id, jobs, unfinished)
SELECT number / 1000, count(*), count(*) FROM generate_series(1, :jobs) AS number GROUP BY number / 1000;
INSERT INTO bare.ready (job_id, run_id, queue, priority, available_at, place, attempt, epoch, failures, losses)
SELECT number, number / 1000, 'default', 0, now(), number, 1, 0, 0, 0 FROM generate_series(1, :jobs) AS number;
VACUUM ANALYZE bare.ready, bare.lease, bare.done, bare.live_run;
CHECKPOINT;
