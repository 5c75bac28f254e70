-- grain: contract, with the columns that an export may hold
-- inputs: master.contracts
-- rerun: reads only
SELECT contract_no, client_code, organization_code, signed_on, starts_on, ends_on
FROM master.contracts
