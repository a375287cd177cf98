-- Who asked for a backfill asked for its runs, and so is not the one who approves what they ask.
ALTER TABLE chassis.backfill ADD COLUMN requested_by text;
