-- grain: account × contract that it is mapped to on a day
-- inputs: master.accounts; :on
-- rerun: reads only
SELECT platform, account_id, contract_no
FROM master.accounts
WHERE valid_from <= :on AND coalesce(valid_to, 'infinity') >= :on
ORDER BY platform COLLATE "C", account_id COLLATE "C", contract_no COLLATE "C"
