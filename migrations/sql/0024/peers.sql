-- grain: base of 1C that we exchange messages with; the settings' own one needs no row
CREATE TABLE master.peers (
    peer text PRIMARY KEY,                                       -- the code of its exchange node
    configuration text NOT NULL CHECK (configuration IN ('bp', 'ut', 'other')),
    version text,                                                -- of EnterpriseData, the highest that is written to it; NULL: the highest common one
    transport text NOT NULL DEFAULT 'folder' CHECK (transport IN ('folder', 'http')),
    connection text,                                             -- of Airflow, for http
    organizations text,                                          -- codes by commas; NULL: all
    from_date date,                                              -- what is issued, or rendered, from this day on; NULL: everything
    valid_to date,                                               -- last day whose invoices it gets; NULL: no end
    CHECK (valid_to >= from_date)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON master.peers TO fleetbill_app;

-- grain: declared peer × organization whose books it keeps
CREATE VIEW delivery.onec_scopes AS
SELECT p.peer, o.code AS organization_code, p.from_date, p.valid_to
FROM master.peers p
JOIN master.organizations o ON p.organizations IS NULL OR o.code = ANY (regexp_split_to_array(btrim(p.organizations, ' ,'), '\s*,\s*'));
GRANT SELECT ON delivery.onec_scopes TO fleetbill_app;

ALTER TABLE delivery.onec_peers ADD COLUMN heard_at timestamptz;   -- when their last message was taken; NULL: none yet, or before this was kept
