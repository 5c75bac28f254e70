-- grain: change of a client's e-mail addresses that its own people asked for in the cabinet, done or not; tokens of letters are kept nowhere
CREATE TABLE master.address_changes (
    change_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_code text NOT NULL,                    -- the history of master data names it, so it outlives the client's row as that does
    action text NOT NULL CHECK (action IN ('added', 'removed')),
    address text NOT NULL,                        -- in small letters
    asked_by text NOT NULL,                       -- the address that whoever asked had logged in by
    asked_at timestamptz NOT NULL,
    language text NOT NULL,                       -- of the letters
    told_at timestamptz,                          -- the letters were handed over
    confirm_digest bytea UNIQUE,                  -- SHA-256 of the token that was mailed to the new address
    stop_digest bytea UNIQUE,                     -- of the token that was mailed to those that were there before
    applied_at timestamptz,                       -- as master.history tells it
    stopped_at timestamptz
);
CREATE INDEX ON master.address_changes (client_code);
CREATE INDEX ON master.address_changes (change_no) WHERE told_at IS NULL;

GRANT SELECT, INSERT, DELETE ON master.address_changes TO fleetbill_app;
GRANT UPDATE (told_at, confirm_digest, stop_digest, applied_at, stopped_at) ON master.address_changes TO fleetbill_app;
