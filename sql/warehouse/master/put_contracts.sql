-- grain: row of master.contracts
-- inputs: master.contracts; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.contracts (
    contract_no, client_code, organization_code, signed_on, starts_on, ends_on
)
SELECT
    contract_no, client_code, organization_code, signed_on, starts_on, ends_on
FROM jsonb_populate_recordset(NULL::master.contracts, CAST(:rows AS jsonb))
ON CONFLICT (contract_no) DO UPDATE SET
    client_code = excluded.client_code,
    organization_code = excluded.organization_code,
    signed_on = excluded.signed_on,
    starts_on = excluded.starts_on,
    ends_on = excluded.ends_on
