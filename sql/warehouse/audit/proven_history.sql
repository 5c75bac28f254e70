-- grain: change of a contract's terms and accounts, or of a version of its tariffs that had begun by the end of the month, known at issue
-- inputs: master.history; :contract, :tariffs (codes), :at, :last (of the month)
-- rerun: reads only; the same rows for ever
SELECT at, sheet, key, action, before::text AS before, after::text AS after
FROM master.history
WHERE at <= :at
  AND (
      (sheet IN ('contracts', 'terms', 'accounts') AND coalesce(after, before) ->> 'contract_no' = :contract)
      OR (sheet IN ('tariffs', 'components', 'tiers') AND coalesce(after, before) ->> 'tariff_code' = ANY(CAST(:tariffs AS text[])))
  )
  AND coalesce(CAST(coalesce(after, before) ->> 'valid_from' AS date), '-infinity') <= :last
ORDER BY history_no
