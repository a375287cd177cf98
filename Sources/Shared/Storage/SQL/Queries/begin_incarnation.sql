-- Names the present life of the server, if nobody has yet.
--
--   $1 name text: random
INSERT INTO chassis.incarnation (name) VALUES ($1::text) ON CONFLICT DO NOTHING;
