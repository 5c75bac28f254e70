-- grain: client (of :clients): its usage and invoices of a month, and what it owes on :on
-- inputs: master.clients, master.contracts, usage.contract_days, billing.invoices, receivables.open_invoices; :clients (a list), :month,
--   :first, :last, :on
-- rerun: reads only. `peak`: the greatest sum over its contracts on a day; `days`: with a known fleet; sums with VAT
SELECT
    k.client_code, k.name AS client, k.dealer_code,
    coalesce(c.contracts, 0) AS contracts,
    coalesce(u.days, 0) AS days, u.peak, coalesce(u.vehicle_days, 0)::bigint AS vehicle_days,
    coalesce(i.billed, 0.00)::numeric(16, 2) AS billed,
    coalesce(d.debt, 0.00)::numeric(16, 2) AS debt,
    coalesce(d.overdue, 0.00)::numeric(16, 2) AS overdue
FROM master.clients k
LEFT JOIN (
    SELECT client_code, count(*) AS contracts
    FROM master.contracts
    WHERE starts_on <= :last AND coalesce(ends_on, :last) >= :first
    GROUP BY client_code
) c USING (client_code)
LEFT JOIN (
    SELECT client_code, count(*) AS days, max(fleet) AS peak, sum(fleet) AS vehicle_days
    FROM (
        SELECT o.client_code, x.business_date, sum(x.fleet_size) AS fleet
        FROM usage.contract_days x
        JOIN master.contracts o USING (contract_no)
        WHERE x.business_date BETWEEN :first AND :last AND o.client_code = ANY(CAST(:clients AS text[]))
        GROUP BY o.client_code, x.business_date
    ) by_day
    GROUP BY client_code
) u USING (client_code)
LEFT JOIN (
    SELECT client_code, sum(total) AS billed FROM billing.invoices WHERE month = :month GROUP BY client_code
) i USING (client_code)
LEFT JOIN (
    SELECT client_code, sum(open) AS debt, sum(open) FILTER (WHERE due_on < :on) AS overdue
    FROM receivables.open_invoices(:on)
    GROUP BY client_code
) d USING (client_code)
WHERE k.client_code = ANY(CAST(:clients AS text[]))
ORDER BY k.client_code COLLATE "C"
