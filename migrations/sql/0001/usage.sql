-- Usage: recomputed from the lake, replaced month by month, never patched.
CREATE SCHEMA usage;

-- grain: contract × day on which the contract is in force and its platforms are covered
CREATE TABLE usage.contract_days (
    contract_no text NOT NULL,
    business_date date NOT NULL,
    fleet_size integer NOT NULL,
    online_minutes numeric,                  -- of the vehicle-days that count; NULL: a platform with such vehicles does not say
    meters jsonb NOT NULL DEFAULT '{}',      -- meter → amount as text; absent: not known
    PRIMARY KEY (contract_no, business_date)
);
CREATE INDEX ON usage.contract_days (business_date);

-- grain: contract × missing thing of a month: why the contract cannot be billed (domain.md §2.5)
CREATE TABLE usage.gaps (
    month date NOT NULL,
    contract_no text NOT NULL,
    platform text NOT NULL,
    business_date date NOT NULL,
    missing text NOT NULL,                   -- 'snapshot', 'quarantined' or the name of a column
    PRIMARY KEY (month, contract_no, platform, business_date, missing)
);

-- grain: month; `inputs` is the digest of the snapshots, carries, mappings and terms that it was computed from
CREATE TABLE usage.months (
    month date PRIMARY KEY,
    inputs text NOT NULL,
    computed_at timestamptz NOT NULL
);

GRANT USAGE ON SCHEMA usage TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA usage TO fleetbill_app;
