-- grain: a person's word that nothing is blocked any more, or that it is again; append-only, the last one holds
CREATE TABLE access.stops (
    stop_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    is_stopped boolean NOT NULL,
    is_released boolean NOT NULL DEFAULT false CHECK (is_stopped OR NOT is_released),   -- what we block is given back as well
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.stops
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
-- grain: the stop that holds; none: blocking goes on
CREATE VIEW access.stop AS
SELECT s.is_released, s.by_name, s.reason, s.at
FROM access.stops s
WHERE s.is_stopped AND s.stop_no = (SELECT max(l.stop_no) FROM access.stops l);
GRANT SELECT ON access.stop TO fleetbill_app;
GRANT SELECT, INSERT ON access.stops TO fleetbill_app;
