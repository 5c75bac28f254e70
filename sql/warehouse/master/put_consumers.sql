-- grain: row of master.consumers
-- inputs: master.consumers; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.consumers (
    consumer, name, datasets, organizations, dealers, categories, personal_data, connection, valid_from, valid_to
)
SELECT
    consumer, name, datasets, organizations, dealers, categories, personal_data, connection, valid_from, valid_to
FROM jsonb_populate_recordset(NULL::master.consumers, CAST(:rows AS jsonb))
ON CONFLICT (consumer) DO UPDATE SET
    name = excluded.name,
    datasets = excluded.datasets,
    organizations = excluded.organizations,
    dealers = excluded.dealers,
    categories = excluded.categories,
    personal_data = excluded.personal_data,
    connection = excluded.connection,
    valid_from = excluded.valid_from,
    valid_to = excluded.valid_to
