-- grain: platform account × contract that it is mapped to on :on
-- inputs: master.accounts, master.contracts, master.platforms; :on
-- rerun: reads only
SELECT a.platform, p.kind, a.account_id, k.client_code, k.organization_code
FROM master.accounts a
JOIN master.contracts k USING (contract_no)
JOIN master.platforms p USING (platform)
WHERE a.valid_from <= :on AND coalesce(a.valid_to, 'infinity') >= :on
ORDER BY a.platform COLLATE "C", a.account_id COLLATE "C", k.organization_code COLLATE "C", k.client_code COLLATE "C"
