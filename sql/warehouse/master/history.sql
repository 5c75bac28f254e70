-- grain: change of one row; inputs: master.history; :contract, :tariff (NULL: any; both given: either), :until (NULL: to the end)
-- rerun: reads only
SELECT history_no, at, by_name, reason, sheet, key, action, before::text AS before, after::text AS after
FROM master.history
WHERE (CAST(:until AS timestamptz) IS NULL OR at < :until)
    AND (
        (CAST(:contract AS text) IS NULL AND CAST(:tariff AS text) IS NULL)
        OR coalesce(after, before) ->> 'contract_no' = :contract
        OR (coalesce(after, before) ->> 'tariff_code' = :tariff AND sheet IN ('tariffs', 'components', 'tiers'))
    )
ORDER BY history_no
