-- grain: account mapping of a contract that touches the month
-- inputs: master.accounts; :first, :last of the month
-- rerun: reads only
SELECT contract_no, platform, account_id, valid_from, valid_to
FROM master.accounts
WHERE valid_from <= :last AND coalesce(valid_to, 'infinity') >= :first
ORDER BY contract_no, platform, account_id, valid_from
