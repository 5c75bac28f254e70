-- Access: what we block and why; the only record of what was done to platforms.
CREATE SCHEMA access;

-- grain: one order (block or restore) for one platform account, written before anything is done to the platform; append-only
CREATE TABLE access.orders (
    order_no bigint PRIMARY KEY,
    platform text NOT NULL,
    account_id text NOT NULL,
    client_code text NOT NULL,
    organization_code text NOT NULL,
    action text NOT NULL CHECK (action IN ('block', 'restore')),   -- what is intended
    state_before text NOT NULL CHECK (state_before IN ('blocked', 'active', 'unknown')),
    reason text NOT NULL,
    approved_by text,                             -- the person who agreed to more blocks than the share allows
    effective_on date NOT NULL,                   -- the day of the ladder
    at timestamptz NOT NULL
);
CREATE INDEX ON access.orders (platform, account_id, order_no);

-- grain: order that was carried out: what was read back afterwards; append-only
CREATE TABLE access.outcomes (
    order_no bigint PRIMARY KEY REFERENCES access.orders,
    state_after text NOT NULL CHECK (state_after IN ('blocked', 'active', 'unknown')),
    at timestamptz NOT NULL
);

-- grain: organization × day whose ladder was taken; append-only
CREATE TABLE access.runs (
    organization_code text NOT NULL,
    day date NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (organization_code, day)
);

-- grain: a promise of payment: until that day (inclusive) nobody is blocked; the last one counts; append-only
CREATE TABLE access.promises (
    organization_code text NOT NULL REFERENCES master.organizations,
    client_code text NOT NULL REFERENCES master.clients,
    promise_no integer NOT NULL,
    until date NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (organization_code, client_code, promise_no)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.orders
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.runs
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.promises
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- grain: platform account × client × organization that we block now
CREATE VIEW access.blocked AS
SELECT l.* FROM (
    SELECT DISTINCT ON (platform, account_id, client_code, organization_code) *
    FROM access.orders
    ORDER BY platform, account_id, client_code, organization_code, order_no DESC
) l
WHERE l.action = 'block';

GRANT USAGE ON SCHEMA access TO fleetbill_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA access TO fleetbill_app;
GRANT SELECT ON access.blocked TO fleetbill_app;
