-- grain: contract with drafts of the run: what the month cost so far, what it will, and the arithmetic of what is added; the :most
--   biggest
-- inputs: billing.drafts, billing.draft_lines, billing.invoices (all kinds of the month), master.clients, master.contracts; :month
--   (first day), :purpose, :most
-- rerun: reads only
WITH drafted AS (
    SELECT contract_no, sum(total) AS total FROM billing.drafts
    WHERE month = :month AND purpose = :purpose AND NOT discarded
    GROUP BY contract_no
), issued AS (
    SELECT contract_no, sum(total) AS total FROM billing.invoices WHERE month = :month GROUP BY contract_no
)
SELECT
    d.contract_no, l.name AS client, coalesce(i.total, 0)::numeric(16, 2) AS before,
    (coalesce(i.total, 0) + d.total)::numeric(16, 2) AS total,
    (
        SELECT string_agg(b.component || ': ' || b.arithmetic, '; ' ORDER BY o.kind, o.cause, b.line_no)
        FROM billing.drafts o JOIN billing.draft_lines b USING (invoice_id)
        WHERE o.month = :month AND o.purpose = :purpose AND NOT o.discarded AND o.contract_no = d.contract_no
    ) AS why
FROM drafted d
LEFT JOIN issued i USING (contract_no)
JOIN master.contracts c USING (contract_no)
JOIN master.clients l USING (client_code)
ORDER BY abs(d.total) DESC, d.contract_no COLLATE "C"
LIMIT :most
