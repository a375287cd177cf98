-- Notes what somebody did.
--
--   $1 actor text, $2 action text, $3 subject text, $4 run_id bigint: or NULL, $5 reason text: or NULL
--   $6 detail text: JSON or NULL
--   $7 now timestamptz: NULL for the database's clock
INSERT INTO chassis.audit (at, actor, action, subject, run_id, reason, detail)
VALUES (coalesce($7::timestamptz, now()), $1::text, $2::text, $3::text, $4::bigint, $5::text, $6::jsonb);
