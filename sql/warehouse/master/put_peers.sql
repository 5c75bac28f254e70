-- grain: row of master.peers
-- inputs: master.peers; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.peers (
    peer, configuration, version, transport, connection, organizations, from_date, valid_to
)
SELECT
    peer, configuration, version, transport, connection, organizations, from_date, valid_to
FROM jsonb_populate_recordset(NULL::master.peers, CAST(:rows AS jsonb))
ON CONFLICT (peer) DO UPDATE SET
    configuration = excluded.configuration,
    version = excluded.version,
    transport = excluded.transport,
    connection = excluded.connection,
    organizations = excluded.organizations,
    from_date = excluded.from_date,
    valid_to = excluded.valid_to
