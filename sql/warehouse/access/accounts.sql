-- grain: platform account × contract that it is mapped to on :on: all of some platforms, and all that named clients work with
-- inputs: master.accounts, master.contracts, master.platforms; :on, :platforms (NULL: all), :organizations,
--   :clients (lists side by side)
-- rerun: reads only. `block_sub_users`, `block_vehicles`: as the account says, else its platform
SELECT
    a.platform, p.kind, a.account_id, k.client_code, k.organization_code,
    coalesce(a.block_sub_users, p.block_sub_users) AS block_sub_users, coalesce(a.block_vehicles, p.block_vehicles) AS block_vehicles
FROM master.accounts a
JOIN master.contracts k USING (contract_no)
JOIN master.platforms p USING (platform)
WHERE a.valid_from <= :on AND coalesce(a.valid_to, 'infinity') >= :on
    AND (
        CAST(:platforms AS text[]) IS NULL OR a.platform = ANY(CAST(:platforms AS text[]))
        OR (a.platform, a.account_id) IN (
            SELECT x.platform, x.account_id
            FROM unnest(CAST(:organizations AS text[]), CAST(:clients AS text[])) n (organization_code, client_code)
            JOIN master.contracts y USING (organization_code, client_code)
            JOIN master.accounts x USING (contract_no)
            WHERE x.valid_from <= :on AND coalesce(x.valid_to, 'infinity') >= :on
        )
    )
ORDER BY a.platform COLLATE "C", a.account_id COLLATE "C", k.organization_code COLLATE "C", k.client_code COLLATE "C"
