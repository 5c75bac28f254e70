-- grain: claim by its number: what is open of it, what of it is written off, and the local day of its organization at :at
-- inputs: receivables.claims, receivables.invoice_balances, receivables.write_offs, master.organizations; :number, :at
-- rerun: reads only
SELECT
    c.number, c.organization_code, c.client_code, (c.total - coalesce(b.paid, 0))::numeric(14, 2) AS open,
    coalesce(w.amount, 0.00)::numeric(14, 2) AS written_off, coalesce(w.movements, 0) AS movements,
    CAST(CAST(:at AS timestamptz) AT TIME ZONE o.time_zone AS date) AS today
FROM receivables.claims c
JOIN master.organizations o ON o.code = c.organization_code
LEFT JOIN receivables.invoice_balances b USING (number)
LEFT JOIN (
    SELECT number, sum(amount) AS amount, count(*) AS movements FROM receivables.write_offs WHERE number = :number GROUP BY number
) w USING (number)
WHERE c.number = :number
