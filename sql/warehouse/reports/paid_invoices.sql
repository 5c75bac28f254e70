-- grain: invoice due in the year before :on that money alone has paid whole by :on: how many days after its due date (before it when
--   below zero). Money that was there before the invoice paid it on the day of issue
-- inputs: receivables.claims, receivables.allocations, receivables.payments, master.clients; :on
-- rerun: reads only. The day is the one from which on it has been paid ever since
WITH moves AS (
    SELECT
        c.number, c.client_code, c.organization_code, c.issued_on, c.due_on, c.total, p.paid_on, p.source,
        sum(a.amount) OVER (PARTITION BY c.number ORDER BY p.paid_on) AS reaches
    FROM receivables.claims c
    JOIN receivables.allocations a USING (number)
    JOIN receivables.payments p USING (payment_id)
    WHERE c.invoice_id IS NOT NULL AND c.due_on BETWEEN CAST(:on AS date) - 365 AND CAST(:on AS date) + 60 AND p.paid_on <= :on
), paid AS (
    SELECT
        number, client_code, organization_code, issued_on, due_on,
        max(paid_on) FILTER (WHERE reaches < total) AS last_open_on,
        array_agg(DISTINCT paid_on) FILTER (WHERE reaches >= total) AS paid_days
    FROM moves
    GROUP BY number, client_code, organization_code, issued_on, due_on
    HAVING (array_agg(reaches ORDER BY paid_on DESC))[1] >= min(total) AND bool_and(source NOT IN ('credit', 'opening', 'write_off'))
)
SELECT
    p.organization_code, p.client_code, k.category,
    greatest(
        (SELECT min(d.day) FROM unnest(p.paid_days) d (day) WHERE d.day > coalesce(p.last_open_on, '-infinity')), p.issued_on
    ) - p.due_on AS days
FROM paid p
JOIN master.clients k USING (client_code)
ORDER BY p.organization_code COLLATE "C", p.client_code COLLATE "C", days
