-- grain: contract with drafts of the run: what the month cost so far, what it will, what is added; the :most biggest
-- inputs: billing.drafts, billing.invoices (all kinds of the month), master.clients, master.contracts
-- rerun: reads only; :month (first day), :purpose, :most
WITH drafted AS (
    SELECT contract_no, sum(total) AS total FROM billing.drafts
    WHERE month = :month AND purpose = :purpose AND NOT discarded
    GROUP BY contract_no
), issued AS (
    SELECT contract_no, sum(total) AS total FROM billing.invoices WHERE month = :month GROUP BY contract_no
)
SELECT
    d.contract_no, l.name AS client, coalesce(i.total, 0)::numeric(16, 2) AS before,
    (coalesce(i.total, 0) + d.total)::numeric(16, 2) AS total, d.total::numeric(16, 2) AS change
FROM drafted d
LEFT JOIN issued i USING (contract_no)
JOIN master.contracts c USING (contract_no)
JOIN master.clients l USING (client_code)
ORDER BY abs(d.total) DESC, d.contract_no COLLATE "C"
LIMIT :most
