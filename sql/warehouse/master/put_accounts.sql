-- grain: row of master.accounts
-- inputs: master.accounts; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.accounts (
    platform, account_id, contract_no, valid_from, valid_to, block_sub_users, block_vehicles
)
SELECT
    platform, account_id, contract_no, valid_from, valid_to, block_sub_users, block_vehicles
FROM jsonb_populate_recordset(NULL::master.accounts, CAST(:rows AS jsonb))
ON CONFLICT (platform, account_id, contract_no, valid_from) DO UPDATE SET
    valid_to = excluded.valid_to,
    block_sub_users = excluded.block_sub_users,
    block_vehicles = excluded.block_vehicles
