-- Queues are fair by team, and it is decided when a job becomes pending where it stands.
--
-- Each team has a line of its own in a queue and priority. A job's place is the one after the last of its line; a line
-- that begins anew begins at the place the queue has come to. So the lines go in turns, and a claim still walks one
-- index.

ALTER TABLE chassis.ready ADD COLUMN place bigint, ADD COLUMN line_end text;
UPDATE chassis.ready SET place = (extract(epoch FROM available_at) * 1000000)::bigint;
ALTER TABLE chassis.ready ALTER COLUMN place SET NOT NULL;

DROP INDEX chassis.ready_order;
-- All in one direction, so that a claim can begin at a place in the order.
CREATE INDEX ready_order ON chassis.ready (queue, (-priority::integer), place);

-- The last of the jobs of a team that became pending together bears the team's name. No other row is in this index, so
-- a large run pays for one.
CREATE INDEX ready_line ON chassis.ready (queue, priority, line_end, place) WHERE line_end IS NOT NULL;

-- The first free place in the line of a team. Locks nothing: of two that ask at once, both get the same places.
-- In a queue without pending jobs places begin at the time, in microseconds since 1970.
CREATE FUNCTION chassis.next_place(queue text, priority smallint, team text, now timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off
AS $function$
BEGIN
    RETURN coalesce(
        (SELECT ready.place + 1
         FROM chassis.ready
         WHERE ready.queue = $1 AND ready.priority = $2 AND ready.line_end = $3
         ORDER BY ready.queue DESC, ready.priority DESC, ready.line_end DESC, ready.place DESC
         LIMIT 1),
        (SELECT ready.place
         FROM chassis.ready
         WHERE ready.queue = $1 AND -ready.priority::integer = -$2::integer
         ORDER BY ready.queue, -ready.priority::integer, ready.place
         LIMIT 1),
        (extract(epoch FROM coalesce($4, now())) * 1000000)::bigint);
END
$function$;
