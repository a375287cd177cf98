-- Workflows whose new runs take a certain version, and versions that nobody uses any more.

-- Since when the deployed version stays the deployed one, whatever is deployed; NULL where it does not.
ALTER TABLE chassis.workflow ADD COLUMN pinned_at timestamptz;

-- Since when no run, trigger or backfill uses the version; NULL while one does. A version that is spare starts no run until
-- its file is submitted or deployed again.
ALTER TABLE chassis.workflow_version ADD COLUMN spare_at timestamptz;
