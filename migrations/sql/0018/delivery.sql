-- The exchange with 1C after a backup was restored on either side.
ALTER TABLE delivery.onec_peers ADD COLUMN received_created text;   -- CreationDate of their last message, as they wrote it

-- grain: a person's word that everything from one of our messages on goes to the peer again; append-only
CREATE TABLE delivery.onec_replays (
    peer text NOT NULL REFERENCES delivery.onec_peers,
    replay_no integer NOT NULL,
    from_no bigint NOT NULL CHECK (from_no > 0),
    confirmed_before bigint NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (peer, replay_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.onec_replays
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON delivery.onec_replays TO fleetbill_app;
