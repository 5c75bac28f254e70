-- Mail: one row per logical message, and every attempt to hand it over.

-- grain: logical message = event (kind, key); it refers to what happened, and is written out when it is sent
CREATE TABLE delivery.mail_outbox (
    event_kind text NOT NULL,                     -- a kind of pipelines/delivery/mail/events.py; its words: templates/mail/KIND.j2
    event_key text NOT NULL,                      -- such as the invoice's number, the payment, 'gps1 2026-02-17'
    organization_code text REFERENCES master.organizations,   -- who writes; NULL: the house itself
    client_code text REFERENCES master.clients,   -- whom it is about
    facts jsonb NOT NULL DEFAULT '{}',            -- what the letter tells, as it was when the event happened; invoices keep their own
    queued_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'suppressed', 'unknown')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    message_id text,                              -- Message-ID of the last attempt; its left part is the event's own (uuid5)
    accepted text[] NOT NULL DEFAULT '{}',        -- addresses that a server took it for
    bounced text[] NOT NULL DEFAULT '{}',         -- addresses that it refused for good
    last_error text,
    sent_at timestamptz,
    PRIMARY KEY (event_kind, event_key)
);
CREATE INDEX ON delivery.mail_outbox (next_attempt_at, event_kind, event_key) WHERE state = 'queued';

-- grain: message × attempt × step; append-only. A 'final_dot' without its 'result' is an attempt whose process died
CREATE TABLE delivery.mail_attempts (
    event_kind text NOT NULL,
    event_key text NOT NULL,
    attempt_no integer NOT NULL,
    step text NOT NULL CHECK (step IN ('final_dot', 'result', 'resolved')),
    outcome text NOT NULL,
    code integer,                                 -- the server's reply, where there was one
    detail text NOT NULL DEFAULT '',
    recipients text[] NOT NULL,
    message_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (event_kind, event_key, attempt_no, step),
    FOREIGN KEY (event_kind, event_key) REFERENCES delivery.mail_outbox
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.mail_attempts
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT SELECT, INSERT, UPDATE ON delivery.mail_outbox TO fleetbill_app;
GRANT SELECT, INSERT ON delivery.mail_attempts TO fleetbill_app;
