-- grain: step of an organization's ladder for a category of clients (NULL: all others) in the version that begins on valid_from
CREATE TABLE master.ladder (
    organization_code text NOT NULL REFERENCES master.organizations (code),
    category text,
    step text NOT NULL,
    days integer NOT NULL CHECK (days BETWEEN -90 AND 365),      -- relative to the due date
    action text NOT NULL CHECK (action IN ('message', 'block')),
    channel text NOT NULL DEFAULT 'email' CHECK (channel = 'email'),
    valid_from date NOT NULL,
    least_debt numeric(14, 2) CHECK (least_debt >= 0),           -- roubles; NULL: the setting's
    letter text CHECK (letter IN ('reminder', 'notice', 'warning', 'final')),
    UNIQUE NULLS NOT DISTINCT (organization_code, category, valid_from, step)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON master.ladder TO fleetbill_app;

-- what waits for a client is asked for with each of its letters
CREATE INDEX mail_outbox_waiting ON delivery.mail_outbox (client_code) WHERE state = 'queued';
