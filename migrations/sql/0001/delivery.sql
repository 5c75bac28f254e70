-- Delivery: what must leave the house, and what has been acknowledged.
CREATE SCHEMA delivery;

-- grain: peer of the 1C exchange
CREATE TABLE delivery.onec_peers (
    peer text PRIMARY KEY,
    sent_no bigint NOT NULL DEFAULT 0,            -- number of our last message
    received_no bigint NOT NULL DEFAULT 0,        -- number of their last message
    confirmed_no bigint NOT NULL DEFAULT 0        -- the greatest of our messages that they acknowledged
);

-- grain: peer × object to be sent; confirmed when confirmed_no of the peer reaches message_no
CREATE TABLE delivery.onec_outbox (
    peer text NOT NULL,
    object_kind text NOT NULL CHECK (object_kind IN ('invoice', 'sale')),
    object_key text NOT NULL,                     -- invoice: its number; sale: contract_no|month
    version integer NOT NULL DEFAULT 1,           -- a sale grows with every kind of invoice of its month
    queued_at timestamptz NOT NULL,
    message_no bigint,                            -- the first message that carried it
    PRIMARY KEY (peer, object_kind, object_key, version)
);

GRANT USAGE ON SCHEMA delivery TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA delivery TO fleetbill_app;
