-- Evidence: what was landed, refused, accepted, withdrawn, carried. The rows themselves lie in the lake.
CREATE SCHEMA evidence;

-- grain: one content of one platform and business date. `state` follows from the last event.
CREATE TABLE evidence.snapshots (
    digest text PRIMARY KEY,                 -- sha256 (hex) of platform, date, canonical rows and account tree
    platform text NOT NULL REFERENCES master.platforms,
    business_date date NOT NULL,
    taken_at timestamptz NOT NULL,           -- the day's latest snapshot is the one with the greatest (taken_at, snapshot_no)
    snapshot_no integer NOT NULL,            -- 1, 2, … in the order of arrival for platform and date
    state text NOT NULL CHECK (state IN ('landed', 'quarantined', 'withdrawn')),
    row_count bigint NOT NULL,               -- vehicles listed
    columns text[] NOT NULL,                 -- columns that the source really had (domain.md §2.5)
    time_zone text NOT NULL,
    tree_digest text NOT NULL,               -- equal trees have equal digests
    path text NOT NULL,                      -- of the Parquet file, relative to the lake
    UNIQUE (platform, business_date, snapshot_no)
);
CREATE INDEX ON evidence.snapshots (business_date, platform) WHERE state = 'landed';

-- grain: one thing that happened to a snapshot; append-only
CREATE TABLE evidence.events (
    digest text NOT NULL REFERENCES evidence.snapshots,
    event_no integer NOT NULL,
    event text NOT NULL CHECK (event IN ('landed', 'quarantined', 'accepted', 'withdrawn')),
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (digest, event_no)
);

-- grain: one failed expectation and one failing row (row_key NULL: of the whole table), capped per expectation
CREATE TABLE evidence.failures (
    digest text NOT NULL REFERENCES evidence.snapshots,
    failure_no integer NOT NULL,
    severity text NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
    expectation text NOT NULL,
    column_name text,
    row_key text,
    value text,
    detail text NOT NULL,                    -- what is wrong with it
    note text NOT NULL,                      -- the suite's note for the reader
    cannot_be_accepted boolean NOT NULL,     -- no person's word makes it usable: a vehicle without identity, or with two rows
    PRIMARY KEY (digest, failure_no)
);

-- grain: platform × day whose usage is carried forward from the day before, by a named person; append-only
CREATE TABLE evidence.carries (
    platform text NOT NULL REFERENCES master.platforms,
    business_date date NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (platform, business_date)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.events
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.carries
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA evidence TO fleetbill_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA evidence TO fleetbill_app;
GRANT UPDATE (state) ON evidence.snapshots TO fleetbill_app;
