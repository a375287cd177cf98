-- Keeps what jobs said, in a set.
--
--   $1 run_ids bigint[], $2 job_ids bigint[], $3 epochs bigint[], $4 streams text[], $5 lines text[]
--   $6 ago_us bigint[]: how many microseconds ago
--   $7 now timestamptz: NULL for the database's clock
INSERT INTO chassis.log (run_id, job_id, epoch, at, stream, line)
SELECT run_id, job_id, epoch, coalesce($7::timestamptz, now()) - ago_us * interval '1 microsecond', stream, line
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
    AS given (run_id, job_id, epoch, stream, line, ago_us);
