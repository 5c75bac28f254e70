-- grain: write of an order that its platform has accepted and carries out with its next cycle; append-only
CREATE TABLE access.acceptances (
    order_no bigint NOT NULL REFERENCES access.orders,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_no, at)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.acceptances
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON access.acceptances TO fleetbill_app;
