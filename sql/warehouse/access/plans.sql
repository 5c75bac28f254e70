-- grain: plan of instalments in the order of making; `payments`: [day of the bank, roubles] for the debts that it covers
-- inputs: access.promises, master.organizations, receivables.allocations, receivables.payments;
--   :organization_code, :client_code (NULL: all)
-- rerun: reads only. `replaced_on`: the local day of the next promise
WITH promises AS (
    SELECT
        p.*, CAST(p.at AT TIME ZONE o.time_zone AS date) AS made_on,
        lead(CAST(p.at AT TIME ZONE o.time_zone AS date)) OVER (
            PARTITION BY p.organization_code, p.client_code ORDER BY p.promise_no
        ) AS replaced_on
    FROM access.promises p
    JOIN master.organizations o ON o.code = p.organization_code
    WHERE (CAST(:organization_code AS text) IS NULL OR p.organization_code = :organization_code)
        AND (CAST(:client_code AS text) IS NULL OR p.client_code = :client_code)
)
SELECT
    p.organization_code, p.client_code, p.promise_no, p.made_on, p.instalments, p.covers, p.replaced_on, p.by_name, p.reason,
    coalesce(x.payments, '[]') AS payments
FROM promises p
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(y.paid_on, y.amount::text) ORDER BY y.paid_on) AS payments
    FROM (
        SELECT m.paid_on, sum(a.amount) AS amount
        FROM receivables.allocations a
        JOIN receivables.payments m USING (payment_id)
        WHERE a.number = ANY(ARRAY(SELECT jsonb_object_keys(p.covers)))
        GROUP BY m.paid_on
    ) y
) x ON true
WHERE p.instalments IS NOT NULL
ORDER BY p.organization_code COLLATE "C", p.client_code COLLATE "C", p.promise_no
