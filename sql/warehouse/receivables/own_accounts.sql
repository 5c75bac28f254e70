-- grain: organization with its bank account
-- inputs: master.organizations
-- rerun: reads only
SELECT code, bank_account FROM master.organizations ORDER BY code
