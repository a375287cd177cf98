-- Locks an ended run until the end of the transaction.
--
--   $1 run_id bigint
--
-- Returns one row; none when the run has not ended, is not there, or came back to life while this waited for the others.
-- Whoever changes how jobs of an ended run ended, or brings it back to life, reads how they ended in a later statement: so it
-- sees what those have left that it waited for.
SELECT run_id FROM chassis.ended_run WHERE run_id = $1::bigint FOR UPDATE;
