-- Messages that are too old are found without reading all that wait for a receiver who is away.
CREATE INDEX outbox_created_at ON chassis.outbox (created_at);
