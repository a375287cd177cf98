-- Workflows that events start, updates of assets among them.
--
-- An update of an asset is an event named asset: and the asset's name; its key is the partition, its data the metadata.

-- The run that told of the event, and the job with the epoch of its lease where its ending did. depth counts the runs that
-- started each other by events before it.
ALTER TABLE chassis.event
    ADD COLUMN run_id bigint,
    ADD COLUMN job_id bigint,
    ADD COLUMN epoch bigint,
    ADD COLUMN depth smallint NOT NULL DEFAULT 0;
-- A job's ending that is written twice tells of its assets once.
CREATE UNIQUE INDEX event_of_job_is_unique ON chassis.event (job_id, epoch, name, coalesce(key, ''))
    WHERE job_id IS NOT NULL;

-- The triggers of deployed workflows that go by events. active_runs are the last runs it started, where max_active bounds
-- them; some may have ended. looked_at is when it was dealt with last, retry_at when again after an error.
CREATE TABLE chassis.event_trigger (
    trigger_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workflow_id bigint NOT NULL REFERENCES chassis.workflow,
    name text NOT NULL,
    version_id bigint NOT NULL REFERENCES chassis.workflow_version,
    team text NOT NULL,
    summary text NOT NULL,
    gather text NOT NULL,
    max_active integer,
    active_runs bigint[] NOT NULL DEFAULT '{}',
    last_run_id bigint,
    last_at timestamptz,
    looked_at timestamptz,
    retry_at timestamptz,
    error text,
    paused_at timestamptz,
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT event_trigger_name_is_unique UNIQUE (workflow_id, name)
) WITH (fillfactor = 70);

-- Which events a trigger hears of.
CREATE TABLE chassis.event_trigger_name (
    team text NOT NULL,
    name text NOT NULL,
    trigger_id bigint NOT NULL,
    PRIMARY KEY (team, name, trigger_id)
);
CREATE INDEX event_trigger_name_by_trigger ON chassis.event_trigger_name (trigger_id);

-- The events that a trigger has heard of, each once. One that is new is to be looked at; held ones wait for others, or for
-- a run to end. started ones were taken by a run; refused ones could start none. The key is empty where there is none.
CREATE TABLE chassis.news (
    trigger_id bigint NOT NULL,
    event_id bigint NOT NULL REFERENCES chassis.event ON DELETE CASCADE,
    name text NOT NULL,
    key text NOT NULL,
    state text NOT NULL DEFAULT 'new',
    run_id bigint,
    error text,
    PRIMARY KEY (event_id, trigger_id),
    CONSTRAINT news_state_is_known CHECK (state IN ('new', 'held', 'started', 'refused')),
    CONSTRAINT news_is_taken_by_a_run CHECK ((state = 'started') = (run_id IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX news_new ON chassis.news (trigger_id, event_id) WHERE state = 'new';
CREATE INDEX news_pending ON chassis.news (trigger_id, name, key, event_id) WHERE state IN ('new', 'held');
CREATE INDEX news_refused ON chassis.news (trigger_id) WHERE state = 'refused';
CREATE INDEX news_by_run ON chassis.news (run_id) WHERE run_id IS NOT NULL;

-- What is known of assets, and of each of their partitions; the one without a name stands for updates of the whole.
CREATE TABLE chassis.asset_partition (
    team text NOT NULL,
    name text NOT NULL,
    partition text NOT NULL,
    updates bigint NOT NULL,
    event_id bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (team, name, partition)
) WITH (fillfactor = 70);

-- How many runs that started each other by events stand before a run and its events: 0 for a run that no event started.
CREATE FUNCTION chassis.run_depth(of_run bigint) RETURNS smallint
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE line AS (
        SELECT run.run_id, run.parent_run_id FROM chassis.run WHERE run.run_id = of_run
        UNION ALL
        SELECT run.run_id, run.parent_run_id FROM line JOIN chassis.run ON run.run_id = line.parent_run_id
    )
    SELECT coalesce(max(event.depth) + 1, 0)::smallint
    FROM line JOIN chassis.news ON news.run_id = line.run_id JOIN chassis.event ON event.event_id = news.event_id;
END;
