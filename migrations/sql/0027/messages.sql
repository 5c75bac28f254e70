-- grain: base of 1C × direction × message; append-only; messages of before are not known
CREATE TABLE delivery.onec_messages (
    peer text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('out', 'in')),
    message_no bigint NOT NULL,
    other_no bigint,                              -- the ReceivedNo that it carries; NULL: it says none
    objects integer,                              -- of ours: how many it carries
    at timestamptz NOT NULL,                      -- written, or taken
    PRIMARY KEY (peer, direction, message_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.onec_messages
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON delivery.onec_messages TO fleetbill_app;
