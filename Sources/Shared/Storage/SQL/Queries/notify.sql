-- Wakes whoever listens on a channel, once for each payload.
--
--   $1 channel text, $2 payloads text[]
SELECT pg_notify($1::text, payload) FROM unnest($2::text[]) AS given (payload);
