-- Reads all prices that were set, also those of the past and of the future. Times are microseconds since 1970.
SELECT provider, model, (extract(epoch FROM effective_from) * 1000000)::bigint AS from_us, price::text AS price
FROM chassis.price
ORDER BY provider, model, effective_from;
