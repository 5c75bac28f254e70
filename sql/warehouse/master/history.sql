-- grain: change of one row of master data
-- inputs: master.history; :everything, or the rows of any of :contracts, :clients, :tariffs (lists); :sheet (NULL: any); from :since to
--   before :until (NULL: no bound)
-- rerun: reads only
SELECT sheet, key, action, before::text AS before, after::text AS after, by_name, reason, at
FROM master.history
WHERE (CAST(:sheet AS text) IS NULL OR sheet = :sheet)
    AND at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (
        :everything
        OR coalesce(after, before) ->> 'contract_no' = ANY(CAST(:contracts AS text[]))
        OR (sheet = 'clients' AND coalesce(after, before) ->> 'client_code' = ANY(CAST(:clients AS text[])))
        OR (sheet IN ('tariffs', 'components', 'tiers') AND coalesce(after, before) ->> 'tariff_code' = ANY(CAST(:tariffs AS text[])))
    )
ORDER BY history_no
