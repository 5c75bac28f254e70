-- grain: closed month × kind of fact that changed after the close (or the last approved correction) of a contract that it may touch
-- inputs: billing.closed, billing.approvals, master.accounts, master.terms, master.contracts, master.history, evidence.snapshots,
--   evidence.events, evidence.carries
-- rerun: reads only; what changed need not change any amount: the correction is computed to tell
WITH closed AS (
    SELECT
        c.contract_no, c.month, CAST(c.month + interval '1 month - 1 day' AS date) AS last_day,
        greatest(c.closed_at, (
            SELECT max(a.at) FROM billing.approvals a
            WHERE a.month = c.month AND a.purpose = 'correct' AND a.decision = 'approved'
        )) AS known_at
    FROM billing.closed c
), first_known AS (
    SELECT month, min(known_at) AS known_at FROM closed GROUP BY month
), days_changed AS (
    SELECT 'snapshots' AS what, f.month, s.platform, s.business_date, max(e.at) AS at
    FROM first_known f
    JOIN evidence.snapshots s ON date_trunc('month', s.business_date) = f.month
    JOIN evidence.events e ON e.digest = s.digest AND e.at > f.known_at
    WHERE e.event <> 'quarantined' OR e.event_no > 1
    GROUP BY f.month, s.platform, s.business_date
    UNION ALL
    SELECT 'carried days', f.month, k.platform, k.business_date, k.at
    FROM first_known f
    JOIN evidence.carries k ON date_trunc('month', k.business_date) = f.month AND k.at > f.known_at
), rows_changed AS (
    SELECT h.sheet, coalesce(h.after, h.before) AS row_now, h.at
    FROM master.history h
    WHERE h.sheet IN ('terms', 'tariffs', 'components', 'tiers', 'accounts', 'contracts', 'vat_modes')
      AND h.at > (SELECT min(known_at) FROM closed)
)
SELECT to_char(month, 'YYYY-MM') AS month, what, count(DISTINCT contract_no) AS contracts
FROM (
    SELECT c.month, d.what, c.contract_no
    FROM days_changed d
    JOIN closed c ON c.month = d.month AND d.at > c.known_at
    JOIN master.accounts a ON a.contract_no = c.contract_no AND a.platform = d.platform
        AND d.business_date BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')
    UNION ALL
    SELECT c.month, h.sheet, c.contract_no
    FROM closed c
    JOIN rows_changed h ON h.sheet IN ('terms', 'accounts', 'contracts') AND h.row_now ->> 'contract_no' = c.contract_no AND h.at > c.known_at
    WHERE coalesce(CAST(h.row_now ->> 'valid_from' AS date), c.month) <= c.last_day
    UNION ALL
    SELECT c.month, h.sheet, c.contract_no
    FROM closed c
    JOIN rows_changed h ON h.sheet IN ('tariffs', 'components', 'tiers') AND h.at > c.known_at
    JOIN master.terms t ON t.contract_no = c.contract_no AND t.tariff_code = h.row_now ->> 'tariff_code' AND t.valid_from <= c.last_day
    WHERE CAST(h.row_now ->> 'valid_from' AS date) <= c.last_day
    UNION ALL
    SELECT c.month, h.sheet, c.contract_no
    FROM closed c
    JOIN master.contracts k USING (contract_no)
    JOIN rows_changed h ON h.sheet = 'vat_modes' AND h.row_now ->> 'code' = k.organization_code AND h.at > c.known_at
    WHERE coalesce(CAST(h.row_now ->> 'vat_mode_from' AS date), c.month) <= c.last_day
) changed
GROUP BY month, what
ORDER BY month, what
