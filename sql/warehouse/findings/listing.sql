-- grain: kind × subject: first and last day seen among the days asked for, with the latest word on it
-- inputs: findings.occurrences, master.contracts, evidence.snapshots; :first, :last (NULL: no bound), :kind, :client, :contract (NULL: all)
-- rerun: reads only; is_open: seen on the last day of which its kind's room has said anything, or later
WITH chosen AS (
    SELECT * FROM findings.occurrences
    WHERE seen_on >= coalesce(CAST(:first AS date), '-infinity') AND seen_on <= coalesce(CAST(:last AS date), 'infinity')
      AND kind = coalesce(CAST(:kind AS text), kind)
      AND (CAST(:contract AS text) IS NULL OR contract_no = :contract)
      AND (CAST(:client AS text) IS NULL OR contract_no IN (SELECT c.contract_no FROM master.contracts c WHERE c.client_code = :client))
), known AS (
    SELECT max(business_date) AS last_day FROM evidence.snapshots WHERE state = 'landed'
)
SELECT
    kind, subject,
    (array_agg(contract_no ORDER BY seen_on DESC))[1] AS contract_no,
    min(seen_on) AS first_seen, max(seen_on) AS last_seen, count(*) AS days,
    (array_agg(detail ORDER BY seen_on DESC))[1] AS detail,
    max(seen_on) >= coalesce((SELECT last_day FROM known), max(seen_on)) AS is_open
FROM chosen
GROUP BY kind, subject
ORDER BY kind COLLATE "C", subject COLLATE "C"
