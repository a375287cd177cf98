-- Forks that leave their source at a step of a program.

-- What a program did stands in two rows of journals, those of its job's attempts and those of the gateway. A fork that parts at
-- one of its steps reads both up to a place: {"attempts": {"run", "epoch", "bytes"}, "gateway": …}, where nothing is taken over
-- nothing. Workers that do not know of this take over nothing of the job, so inherits says none.
ALTER TABLE chassis.fork ADD COLUMN cut jsonb;
ALTER TABLE chassis.fork ADD CONSTRAINT fork_cut_is_at_a_step CHECK (cut IS NULL OR (step IS NOT NULL AND inherits = 'none'));
