-- Journals that a killed scheduler has left are removed by the next one.
--
-- The rows of an old run are deleted first and its journals afterwards. A run is noted here in the transaction that deletes its rows, until
-- whoever removes its journals has done so; at that time somebody else tries.
CREATE TABLE chassis.pruned_run (
    run_id bigint PRIMARY KEY,
    next_at timestamptz NOT NULL
);
CREATE INDEX pruned_run_due ON chassis.pruned_run (next_at);
