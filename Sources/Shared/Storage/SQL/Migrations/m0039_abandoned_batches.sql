-- When a worker took the batch in hand since no job waits for it any more: that brings it forward once, and then it is looked at
-- when it is due.
ALTER TABLE chassis.batch ADD COLUMN abandoned_at timestamptz;
