-- Takes deleted runs whose journals are due to be removed, and puts each off for a minute: whoever has removed them says so with
-- forget_pruned_runs, and one who dies in between, or cannot, leaves them to be taken again.
--
--   $1 limit integer: how many at most
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns run_id of each. Waits for nobody.
UPDATE chassis.pruned_run
SET next_at = coalesce($2::timestamptz, now()) + interval '1 minute'
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.pruned_run
    WHERE next_at <= coalesce($2::timestamptz, now())
    ORDER BY next_at
    LIMIT $1::integer
    FOR UPDATE SKIP LOCKED))
RETURNING run_id;
