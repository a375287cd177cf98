"""Who did what: the database notes which process gave up each lease and ended each epoch, and in which life of the server.

What the rows of the product say of that is copied from the lease that is deleted, whoever deletes it. So each process of the storm
connects under a name of its own.
"""

APPLICATION = "chassis-{name}-{number}"
"""What a process calls itself: its program's name, and how many of these there were before."""
WATCH = """
    CREATE TABLE storm.began (session_id bigint NOT NULL, process text NOT NULL);
    CREATE TABLE storm.deed (
        what text NOT NULL, transaction bigint NOT NULL, job_id bigint NOT NULL, epoch bigint NOT NULL, session_id bigint,
        outcome text, process text NOT NULL, session_had_ended boolean NOT NULL);
    CREATE TABLE storm.life (transaction bigint NOT NULL, incarnation text NOT NULL);
    CREATE FUNCTION storm.note_session() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO storm.began VALUES (NEW.session_id, current_setting('application_name'));
        RETURN NULL;
    END $$;
    CREATE FUNCTION storm.note_deed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        deed jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    BEGIN
        INSERT INTO storm.deed
        SELECT CASE WHEN TG_TABLE_NAME = 'lease' AND TG_OP = 'INSERT' THEN 'claim' ELSE TG_TABLE_NAME END, pg_current_xact_id()::text::bigint, (deed->>'job_id')::bigint, (deed->>'epoch')::bigint,
               (deed->>'session_id')::bigint,
               CASE TG_TABLE_NAME WHEN 'attempt' THEN deed->>'outcome' WHEN 'done' THEN coalesce(deed->'error'->>'code', deed->>'state') END,
               current_setting('application_name'),
               EXISTS (SELECT FROM chassis.session
                       WHERE session.session_id = (deed->>'session_id')::bigint AND ended_at IS NOT NULL);
        RETURN NULL;
    END $$;
    CREATE FUNCTION storm.note_life() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO storm.life
        VALUES (pg_current_xact_id()::text::bigint, extract(epoch FROM pg_postmaster_start_time())::text || '/' || NEW.name);
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_session AFTER INSERT ON chassis.session FOR EACH ROW EXECUTE FUNCTION storm.note_session();
    CREATE TRIGGER note_deed AFTER INSERT OR DELETE ON chassis.lease FOR EACH ROW EXECUTE FUNCTION storm.note_deed();
    CREATE TRIGGER note_deed AFTER INSERT ON chassis.attempt FOR EACH ROW EXECUTE FUNCTION storm.note_deed();
    CREATE TRIGGER note_deed AFTER INSERT ON chassis.done FOR EACH ROW EXECUTE FUNCTION storm.note_deed();
    CREATE TRIGGER note_life AFTER INSERT ON chassis.incarnation FOR EACH ROW EXECUTE FUNCTION storm.note_life()"""
"""Has the database watch, in SQL: behind retention.WATCH, and before any program of the storm is started."""
NOT_BY_ITS_HOLDER = """
    SELECT given.job_id, given.epoch, given.process, began.process AS holder, given.outcome
    FROM (SELECT lease.job_id, lease.epoch, lease.session_id, lease.process, lease.session_had_ended,
                 string_agg(noted.outcome, '+' ORDER BY noted.outcome) AS outcome
          FROM storm.deed AS lease
          LEFT JOIN storm.deed AS noted ON noted.what IN ('attempt', 'done') AND noted.transaction = lease.transaction
              AND (noted.job_id, noted.epoch) = (lease.job_id, lease.epoch)
          WHERE lease.what = 'lease' GROUP BY lease.ctid, 1, 2, 3, 4, 5) AS given
    LEFT JOIN storm.began USING (session_id)
    WHERE given.process IS DISTINCT FROM began.process
      -- The jobs of a session that has ended are anybody's to rescue.
      AND NOT (given.session_had_ended AND given.outcome IN ('lost', 'lost+poison'))
      -- A deadline takes a job out of its worker's hands.
      AND NOT (given.process LIKE 'chassis-scheduler%' AND given.outcome = 'deadline')
    ORDER BY 1, 2"""
"""Leases that somebody else gave up than the process of the session that held them, in SQL."""
WITHOUT_LEASE = """
    SELECT job_id, epoch, what, process, outcome FROM storm.deed AS noted
    WHERE what IN ('attempt', 'done') AND session_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM storm.deed AS lease
        WHERE lease.what = 'lease' AND lease.transaction = noted.transaction
          AND (lease.job_id, lease.epoch, lease.session_id) = (noted.job_id, noted.epoch, noted.session_id))
      -- The ending of a job that is retried becomes an attempt.
      AND NOT (what = 'attempt' AND EXISTS (
          SELECT FROM storm.deed AS ending
          WHERE ending.what = 'done' AND ending.transaction < noted.transaction AND (ending.job_id, ending.epoch) = (noted.job_id, noted.epoch)))
    ORDER BY 1, 2"""
"""Endings of epochs that gave up no lease of that epoch in their transaction, in SQL."""
CLAIMED_FOR_ANOTHER = """
    SELECT job_id, epoch, deed.process, began.process AS holder FROM storm.deed LEFT JOIN storm.began USING (session_id)
    WHERE what = 'claim' AND deed.process IS DISTINCT FROM began.process ORDER BY 1, 2"""
"""Leases that somebody took in the name of another process, in SQL."""
TAKEN_FOR_GONE = """
    SELECT session_id, incarnation, session.xmin::text::bigint AS ended_by,
           EXISTS (SELECT FROM storm.life WHERE split_part(life.incarnation, '/', 2) <> split_part(session.incarnation, '/', 2) AND life.transaction <= session.xmin::text::bigint
                     AND life.transaction > coalesce((SELECT max(own.transaction) FROM storm.life AS own
                                                      WHERE split_part(own.incarnation, '/', 2) = split_part(session.incarnation, '/', 2)), 0)) AS is_of_earlier_life
    FROM chassis.session WHERE end_reason = 'process gone'"""
"""Sessions that were ended since their locks were free, and whether the server had begun a life of another name by then, in SQL. A start in
good order keeps the name."""
