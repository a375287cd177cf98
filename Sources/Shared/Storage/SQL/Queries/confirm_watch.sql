-- Looks whether what was judged of a watch still holds, for whoever does what it asks for.
--
--   $1 run_id bigint, $2 job_id bigint, $3 kind text
--   $4 since_us bigint: as judged; a run that was retried since is watched anew
--   $5 now timestamptz: NULL for the database's clock
--
-- Returns one row; none when the run has ended or was retried, or its job has become pending anew. Lock the run with
-- lock_live_runs first, in a statement of its own: then this sees what was done by whoever had it, and it cannot be retried
-- before the end of the transaction.
SELECT watch.run_id
FROM chassis.watch JOIN chassis.live_run USING (run_id)
WHERE watch.run_id = $1::bigint AND job_id = $2::bigint AND kind = $3::text
  AND (extract(epoch FROM since) * 1000000)::bigint = $4::bigint
  AND (kind <> 'queue'
       OR EXISTS (SELECT FROM chassis.ready
                  WHERE ready.job_id = $2::bigint
                    AND available_at + length_us * interval '1 microsecond' <= coalesce($5::timestamptz, now())));
