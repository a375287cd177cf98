-- Makes the gates of a run that are not there yet.
--
--   $1 are_runs boolean[], $2 are_rates boolean[], $3 scopes text[], $4 keys text[], $5 mosts integer[]
--   $6 periods_us bigint[]: in microseconds, NULL where there is none; one of each a gate
--
-- Waits for whoever makes the same gates. Follow with change_gates, join_gates and hold_jobs in the same transaction.
INSERT INTO chassis.gate (is_run, is_rate, scope, key, most, period)
SELECT DISTINCT ON (scope, key, is_run, is_rate)
       is_run, is_rate, scope, key, most, period_us * interval '1 microsecond'
FROM unnest($1::boolean[], $2::boolean[], $3::text[], $4::text[], $5::integer[], $6::bigint[])
    AS given (is_run, is_rate, scope, key, most, period_us)
ORDER BY scope, key, is_run, is_rate
ON CONFLICT DO NOTHING;
