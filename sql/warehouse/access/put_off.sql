-- grain: one row: the day from which a client's oldest late debt (on :on) is asked for, and the local day of the last promise it gave
-- inputs: receivables.claims, receivables.invoice_balances, access.promises, master.organizations; :organization_code, :client_code, :on
-- rerun: reads only. NULL: nothing is late; it has never promised
SELECT
    (
        SELECT min(c.asked_from)
        FROM receivables.claims c
        LEFT JOIN LATERAL (SELECT sum(x.paid) AS paid FROM receivables.invoice_balances x WHERE x.number = c.number) b ON true
        WHERE (c.organization_code, c.client_code) = (:organization_code, :client_code) AND c.asked_from < :on AND c.total > coalesce(b.paid, 0)
    ) AS late_since,
    (
        SELECT max(CAST(p.at AT TIME ZONE o.time_zone AS date))
        FROM access.promises p
        JOIN master.organizations o ON o.code = p.organization_code
        WHERE (p.organization_code, p.client_code) = (:organization_code, :client_code)
    ) AS promised_on
