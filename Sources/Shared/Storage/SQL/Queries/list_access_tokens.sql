-- Lists the access tokens, oldest first, without anything one could log in with.
--
--   $1 page_size integer
--
-- Returns name, the first 8 hexadecimal digits of the digest, and when it was added in microseconds since 1970.
SELECT name,
       left(encode(token_sha256, 'hex'), 8) AS digest_prefix,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM chassis.access_token
ORDER BY created_at, token_sha256
LIMIT $1::integer;
