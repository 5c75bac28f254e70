-- Access: what we block and why; the only record of what was done to platforms.
CREATE SCHEMA access;

-- grain: one order (block or restore) for one platform account, with what was before, intended and read back; append-only
CREATE TABLE access.orders (
    order_no bigint PRIMARY KEY,
    platform text NOT NULL,
    account_id text NOT NULL,
    client_code text NOT NULL,
    organization_code text NOT NULL,
    action text NOT NULL CHECK (action IN ('block', 'restore')),
    reason text NOT NULL,
    state_before text NOT NULL,
    state_after text NOT NULL,
    effective_on date NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ON access.orders (platform, account_id, order_no);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.orders
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA access TO fleetbill_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA access TO fleetbill_app;
