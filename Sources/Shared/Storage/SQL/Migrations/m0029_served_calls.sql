-- Which calls and named steps of its program an attempt took from their records, and how: an object, by position 'exact' or
-- 'drifted'. NULL for attempts without a gateway, and for those that did not come to their end.
ALTER TABLE chassis.replay ADD COLUMN served jsonb;
