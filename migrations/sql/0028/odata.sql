-- grain: object of ours × base of 1C that is reached over HTTP: the key under which that base has it
CREATE TABLE delivery.onec_entities (
    peer text NOT NULL,
    object_kind text NOT NULL,
    object_key text NOT NULL,
    ref_key uuid NOT NULL,             -- Ref_Key; our own UUID where the object was made by us
    digest text NOT NULL,              -- of what we want it to hold, as it was brought there last
    at timestamptz NOT NULL,           -- when
    PRIMARY KEY (peer, object_kind, object_key)
);
CREATE INDEX ON delivery.onec_entities (peer, object_kind, ref_key);
GRANT SELECT, INSERT, UPDATE ON delivery.onec_entities TO fleetbill_app;

-- grain: document of money of a base that is reached over HTTP, in the version in which it was read last
CREATE TABLE delivery.onec_read (
    peer text NOT NULL,
    reference uuid NOT NULL,           -- Ref_Key
    entity text NOT NULL,
    data_version text NOT NULL,        -- DataVersion
    dated timestamp NOT NULL,          -- its Date, by the base's own clock
    is_gone boolean NOT NULL DEFAULT false,   -- the base has it no longer
    PRIMARY KEY (peer, reference)
);
CREATE INDEX ON delivery.onec_read (peer, entity, dated);
GRANT SELECT, INSERT, UPDATE ON delivery.onec_read TO fleetbill_app;

ALTER TABLE delivery.onec_peers ADD COLUMN problem text;   -- why the last turn over HTTP came to nothing or not to its end; NULL: it did
