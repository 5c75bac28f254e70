-- grain: mapping of an account that is valid on some day of the month
-- inputs: master.accounts; :first, :last of the month
-- rerun: reads only
SELECT platform, account_id, contract_no, valid_from, valid_to
FROM master.accounts
WHERE valid_from <= :last AND (valid_to IS NULL OR valid_to >= :first)
ORDER BY platform COLLATE "C", account_id COLLATE "C", contract_no COLLATE "C", valid_from
