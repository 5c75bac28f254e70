-- grain: change of a row of tariffs, components, tiers or terms that was made in the month or takes effect in it
-- inputs: master.history, master.contracts, master.clients; :sheets (array), :zone, :first, :last
-- rerun: reads only
SELECT
    h.at AT TIME ZONE :zone AS at, h.by_name, h.reason, h.sheet, h.action, h.before::text AS before, h.after::text AS after, k.name AS client
FROM master.history h
LEFT JOIN master.contracts c ON h.sheet = 'terms' AND c.contract_no = coalesce(h.after, h.before) ->> 'contract_no'
LEFT JOIN master.clients k USING (client_code)
WHERE h.sheet = ANY(:sheets)
  AND (
      CAST(h.at AT TIME ZONE :zone AS date) BETWEEN :first AND :last
      OR CAST(coalesce(h.after, h.before) ->> 'valid_from' AS date) BETWEEN :first AND :last
  )
ORDER BY h.history_no
