"""Runs that are deleted before their time: the database tells of each at that moment, since nothing is left of it afterwards."""

RETENTION_HOURS = 24
WATCH = f"""
    CREATE SCHEMA storm;
    CREATE TABLE storm.early_end (run_id bigint NOT NULL, seconds double precision NOT NULL);
    CREATE FUNCTION storm.note_early_end() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- The end of a run that is retried is taken away, too, and the run stays. Whose clock it is does not matter: the one that
        -- decided that the run is past its retention is asked again, in the same transaction.
        IF OLD.ended_at >= now() - interval '{RETENTION_HOURS} hours' AND NOT EXISTS (SELECT FROM chassis.run WHERE run_id = OLD.run_id) THEN
            INSERT INTO storm.early_end
            VALUES (OLD.run_id, extract(epoch FROM OLD.ended_at + interval '{RETENTION_HOURS} hours' - now()));
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_early_end AFTER DELETE ON chassis.ended_run FOR EACH ROW EXECUTE FUNCTION storm.note_early_end()"""
"""Has the database watch, in SQL."""
EARLY = "SELECT run_id, round(seconds) AS seconds FROM storm.early_end ORDER BY 1, 2"
"""Which runs were deleted too early, and by how much, in SQL."""
