-- grain: organization × client × days on which an account of a platform is mapped to a contract of it
-- inputs: master.accounts, master.contracts
-- rerun: reads only
SELECT k.organization_code, k.client_code, a.valid_from, coalesce(a.valid_to, DATE '9999-12-31') AS valid_to
FROM master.accounts a
JOIN master.contracts k USING (contract_no)
