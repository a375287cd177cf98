TRUNCATE bare.ready, bare.lease, bare.done;
INSERT INTO bare.ready (job_id, run_id, queue, priority, available_at, place, attempt, epoch, failures, losses)
SELECT number, number / 1000, 'default', 0, now(), number, 1, 0, 0, 0 FROM generate_series(1, :jobs) AS number;
VACUUM ANALYZE bare.ready, bare.lease, bare.done;
CHECKPOINT;
