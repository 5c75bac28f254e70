-- grain: day of the house × metric: what was done and how the house stood, added up by whoever did it
CREATE TABLE runs.metrics (
    day date NOT NULL,
    metric text NOT NULL,                    -- ROOM.VERB.WHAT, or the name of a state
    count bigint NOT NULL,                   -- how often it was measured
    total numeric NOT NULL,                  -- the sum of the values
    most numeric NOT NULL,                   -- the greatest of them
    last numeric NOT NULL,                   -- the last of them
    at timestamptz NOT NULL,                 -- when that was
    PRIMARY KEY (day, metric)
);
GRANT SELECT, INSERT, UPDATE ON runs.metrics TO fleetbill_app;
