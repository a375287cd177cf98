-- Sets the price of a model from a time on.
--
--   $1 provider text: a connection's name, or a kind of provider, $2 model text
--   $3 from_us bigint: microseconds since 1970, or NULL for now
--   $4 price text: JSON
--   $5 now timestamptz: NULL for the database's clock
INSERT INTO chassis.price (provider, model, effective_from, price, set_at)
VALUES ($1::text, $2::text,
        coalesce('epoch'::timestamptz + $3::bigint * interval '1 microsecond', $5::timestamptz, now()), $4::jsonb,
        coalesce($5::timestamptz, now()))
ON CONFLICT (provider, model, effective_from) DO UPDATE SET price = excluded.price, set_at = excluded.set_at
RETURNING provider;
