-- When the source told of what a path holds: a listing that was begun before that knows less than it, and tells nothing.
ALTER TABLE chassis.arrival ADD COLUMN told_at timestamptz;
