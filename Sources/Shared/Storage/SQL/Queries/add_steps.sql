-- Notes recorded steps that cost nothing and have no effect, in a set.
--
--   $1 job_ids bigint[], $2 epochs bigint[], $3 positions text[], $4 attempts integer[], $5 kinds text[]
--   $6 names text[], $7 fingerprints text[]: hexadecimal, $8 started_us bigint[]: how many microseconds ago
--   $9 took_us bigint[]: microseconds
--   $10 now timestamptz: NULL for the database's clock
--
-- Leaves out what ended when its attempt had ended: its record lies behind the mark of the next one, which does not see it.
INSERT INTO chassis.step
    (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at, settled_at)
SELECT job_id, epoch, position, attempt, kind, name, 'none', 'recorded', decode(fingerprint, 'hex'),
       coalesce($10::timestamptz, now()) - started_us * interval '1 microsecond',
       coalesce($10::timestamptz, now()) - (started_us - took_us) * interval '1 microsecond'
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::bigint[])
    AS given (job_id, epoch, position, attempt, kind, name, fingerprint, started_us, took_us)
-- No join, which might walk over all attempts that there are.
WHERE coalesce(
    (SELECT attempt.ended_at FROM chassis.attempt WHERE attempt.job_id = given.job_id AND attempt.epoch = given.epoch)
    > coalesce($10::timestamptz, now()) - (started_us - took_us) * interval '1 microsecond', true)
ON CONFLICT (job_id, epoch, position) DO NOTHING;
