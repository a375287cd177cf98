-- Some runs hold others up: those of triggers that allow so many at once, and those that due times wait for. Their ends
-- wake whoever may start the next one, in whatever way they come. All other ends tell nobody.
ALTER TABLE chassis.live_run ADD COLUMN is_awaited boolean NOT NULL DEFAULT false;

CREATE FUNCTION chassis.tell_of_end() RETURNS trigger
LANGUAGE plpgsql
AS $function$
BEGIN
    -- Sent with the commit, once however many runs end in the transaction.
    PERFORM pg_notify('chassis_ended', '');
    RETURN NULL;
END
$function$;
CREATE TRIGGER tell_of_end AFTER DELETE ON chassis.live_run
    FOR EACH ROW WHEN (OLD.is_awaited) EXECUTE FUNCTION chassis.tell_of_end();

-- Whether somebody has to pass a gate, stands at it, or was let in and counts still.
CREATE FUNCTION chassis.is_gate_used(given_gate bigint) RETURNS boolean
LANGUAGE sql STABLE
-- Each a look into an index, whatever the tables' sizes.
SET enable_seqscan = off
SET enable_bitmapscan = off
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM chassis.run_gate WHERE gate_id = given_gate)
        OR EXISTS (SELECT FROM chassis.job_gate WHERE gate_id = given_gate)
        OR EXISTS (SELECT FROM chassis.permit WHERE gate_id = given_gate)
        OR EXISTS (SELECT FROM chassis.waiting WHERE reason = 'held' AND gate_id = given_gate);
END;
