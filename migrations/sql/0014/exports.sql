-- Exports: what each consumer was given, version by version; the rows lie as files in the store of documents.
CREATE SCHEMA exports;

-- grain: consumer x version, a state of everything that it sees; append-only
CREATE TABLE exports.versions (
    consumer text NOT NULL,
    version_no integer NOT NULL,
    as_of date NOT NULL,                     -- the day whose debts and statuses it holds
    rights text NOT NULL,                    -- digest of what the consumer might see then
    contents jsonb NOT NULL,                 -- dataset -> parts of its state and its changes since the version before
    at timestamptz NOT NULL,
    PRIMARY KEY (consumer, version_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON exports.versions
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA exports TO fleetbill_app;
GRANT SELECT, INSERT ON exports.versions TO fleetbill_app;
