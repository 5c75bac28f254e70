-- grain: kind × subject: first and last day seen among the days asked for, with the latest word on it, and whether it is still open
-- inputs: findings.occurrences, findings.muted, master.contracts, evidence.snapshots; :first, :last (NULL: no bound), :kind, :client,
--   :contract (NULL: all), :of_months (kinds that end with the month after), :while_there (kinds that their room takes away),
--   :kinds_first (kinds in the order that is wanted, others behind them; NULL: all by name)
-- rerun: reads only; a muting is told as long as its last day is not before the newest day that has evidence
WITH chosen AS (
    SELECT
        o.*, greatest(o.first_day, coalesce(CAST(:first AS date), o.first_day)) AS seen_from,
        least(o.last_day, coalesce(CAST(:last AS date), o.last_day)) AS seen_to
    FROM findings.occurrences o
    WHERE o.last_day >= coalesce(CAST(:first AS date), '-infinity') AND o.first_day <= coalesce(CAST(:last AS date), 'infinity')
      AND o.kind = coalesce(CAST(:kind AS text), o.kind)
      AND (CAST(:contract AS text) IS NULL OR o.contract_no = :contract)
      AND (CAST(:client AS text) IS NULL OR o.contract_no IN (SELECT c.contract_no FROM master.contracts c WHERE c.client_code = :client))
), known AS (
    SELECT platform, max(business_date) AS last_day FROM evidence.snapshots WHERE state = 'landed' GROUP BY ROLLUP (platform)
), still_open AS (
    SELECT DISTINCT o.kind, o.subject
    FROM findings.occurrences o
    JOIN (SELECT max(last_day) AS last_day FROM known) newest ON true
    LEFT JOIN known k ON k.platform = o.platform
    WHERE CASE
        WHEN o.kind = ANY(CAST(:while_there AS text[])) THEN true
        WHEN o.kind = ANY(CAST(:of_months AS text[]))
            THEN newest.last_day IS NULL OR date_trunc('month', o.last_day) + interval '2 months' > newest.last_day
        ELSE o.last_day >= coalesce(k.last_day, newest.last_day, o.last_day)
    END
), listed AS (
    SELECT
        kind, subject,
        (array_agg(contract_no ORDER BY last_day DESC))[1] AS contract_no,
        min(seen_from) AS first_seen, max(seen_to) AS last_seen, sum(seen_to - seen_from + 1) AS days,
        (array_agg(detail ORDER BY last_day DESC))[1] AS detail,
        (array_agg(platform ORDER BY last_day DESC))[1] AS platform,
        sum(vehicle_days) AS vehicle_days,
        (array_agg(parameters ORDER BY last_day DESC))[1] AS parameters
    FROM chosen
    GROUP BY kind, subject
)
SELECT
    l.kind, l.subject, l.contract_no, l.first_seen, l.last_seen, l.days, l.detail, s.kind IS NOT NULL AS is_open, l.platform, l.vehicle_days,
    l.parameters, m.muted_until, m.by_name AS muted_by, m.reason AS muted_for
FROM listed l
LEFT JOIN still_open s USING (kind, subject)
LEFT JOIN findings.muted m
    ON m.kind = l.kind AND m.subject = l.subject AND m.muted_until >= coalesce((SELECT max(last_day) FROM known), '-infinity')
ORDER BY array_position(CAST(:kinds_first AS text[]), l.kind), l.kind COLLATE "C", l.subject COLLATE "C"
