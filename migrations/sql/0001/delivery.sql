-- Delivery: what must leave the house, and what has been acknowledged.
CREATE SCHEMA delivery;

-- grain: peer of the 1C exchange
CREATE TABLE delivery.onec_peers (
    peer text PRIMARY KEY,
    sent_no bigint NOT NULL DEFAULT 0,            -- number of our last message
    received_no bigint NOT NULL DEFAULT 0,        -- number of their last message
    confirmed_no bigint NOT NULL DEFAULT 0,       -- the greatest of our messages that they acknowledged
    owed_no bigint NOT NULL DEFAULT 0,            -- their last message with content: to be acknowledged
    acknowledged_no bigint NOT NULL DEFAULT 0,    -- their number that our last message named
    received_digest text,                         -- sha256 of their last message
    versions text[] NOT NULL DEFAULT '{}',        -- of EnterpriseData that they offer; empty: not known yet
    sent_invoices integer NOT NULL DEFAULT 0,     -- what our last message carries
    sent_sales integer NOT NULL DEFAULT 0,
    sent_objects integer NOT NULL DEFAULT 0,
    CHECK (confirmed_no <= sent_no),
    CHECK (owed_no <= received_no AND acknowledged_no <= received_no)
);

-- grain: peer × object to be sent × version; confirmed when confirmed_no of the peer reaches message_no
CREATE TABLE delivery.onec_outbox (
    peer text NOT NULL,
    object_kind text NOT NULL CHECK (object_kind IN ('invoice', 'sale')),
    object_key text NOT NULL,                     -- invoice: its number; sale: contract_no|month
    version integer NOT NULL DEFAULT 1,           -- a sale grows with every kind of invoice of its month
    queued_at timestamptz NOT NULL,
    message_no bigint,                            -- the first message that carried it
    refusal text,                                 -- why 1C could not take it as it is; it is tried again with every message
    PRIMARY KEY (peer, object_kind, object_key, version)
);
CREATE INDEX ON delivery.onec_outbox (peer, message_no);

GRANT USAGE ON SCHEMA delivery TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE ON delivery.onec_peers, delivery.onec_outbox TO fleetbill_app;
