-- The files and objects that sources of assets have told of. The mark says which content it was; seen_at when it was there
-- last, to a day.
CREATE TABLE chassis.arrival (
    source text NOT NULL,
    path text NOT NULL,
    mark text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (source, path)
);
CREATE INDEX arrival_seen_at ON chassis.arrival (seen_at);
