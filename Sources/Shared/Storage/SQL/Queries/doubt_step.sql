-- Notes that the record of a settled step is lost: that the step ran is known, its result is not.
--
--   $1 job_id bigint, $2 epoch bigint, $3 position text
--   $4 error text: what became of the record
UPDATE chassis.step SET state = 'unknown', error = $4::text
WHERE job_id = $1::bigint AND epoch = $2::bigint AND position = $3::text AND state = 'recorded';
