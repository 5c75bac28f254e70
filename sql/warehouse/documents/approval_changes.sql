-- grain: contract whose drafted total differs from the total issued for the month before; the :most biggest
-- inputs: billing.drafts, billing.invoices (monthly), billing.parked, master.clients, master.contracts
-- rerun: reads only; :month, :previous (first days), :most
WITH now AS (
    SELECT contract_no, total FROM billing.drafts WHERE month = :month AND kind = 'monthly' AND NOT discarded
), before AS (
    SELECT contract_no, total FROM billing.invoices WHERE month = :previous AND kind = 'monthly'
)
SELECT
    contract_no, l.name AS client, coalesce(b.total, 0)::numeric(16, 2) AS before, coalesce(n.total, 0)::numeric(16, 2) AS total,
    (coalesce(n.total, 0) - coalesce(b.total, 0))::numeric(16, 2) AS change
FROM now n
FULL JOIN before b USING (contract_no)
JOIN master.contracts c USING (contract_no)
JOIN master.clients l USING (client_code)
WHERE coalesce(n.total, 0) <> coalesce(b.total, 0)
  AND NOT EXISTS (SELECT FROM billing.parked p WHERE p.month = :month AND p.purpose = 'monthly' AND p.contract_no = c.contract_no)
  AND NOT EXISTS (SELECT FROM billing.invoices i WHERE i.month = :month AND i.kind = 'monthly' AND i.contract_no = c.contract_no)
ORDER BY abs(coalesce(n.total, 0) - coalesce(b.total, 0)) DESC, contract_no COLLATE "C"
LIMIT :most
