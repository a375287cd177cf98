-- Reads the intents of a job's earlier attempts whose outcome is not settled, or not known; and the settled ones that
-- must not happen again whatever becomes of their records. What lies before a fresh start is left out.
--
--   $1 job_id bigint, $2 epoch bigint: the present one
--
-- Returns a row for each.
SELECT epoch, position, kind, name, effect, state, encode(fingerprint, 'hex') AS fingerprint,
       (extract(epoch FROM started_at) * 1000000)::bigint AS started_us, error
FROM chassis.step
WHERE job_id = $1::bigint AND epoch < $2::bigint
  AND epoch > coalesce((SELECT fresh_start.epoch FROM chassis.fresh_start WHERE fresh_start.job_id = $1::bigint), 0)
  AND (state IN ('started', 'unknown') OR state = 'recorded' AND effect = 'once')
ORDER BY epoch, position;
