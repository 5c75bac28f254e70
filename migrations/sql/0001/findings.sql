-- Findings: what somebody must look at, day by day. Each room replaces its own kinds of its own days.
CREATE SCHEMA findings;

-- grain: kind × subject × day on which it was seen
CREATE TABLE findings.occurrences (
    kind text NOT NULL,
    subject text NOT NULL,                   -- such as 'gps1/4711' (platform/vehicle_id), an account, a contract, a payment
    seen_on date NOT NULL,
    contract_no text,
    detail text NOT NULL,
    PRIMARY KEY (kind, subject, seen_on)
);
CREATE INDEX ON findings.occurrences (seen_on, kind);

GRANT USAGE ON SCHEMA findings TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA findings TO fleetbill_app;
