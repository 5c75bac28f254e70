-- grain: contract of the run (or billed the month before and neither now nor parked) whose month comes to another total; the :most
--   biggest
-- inputs: billing.drafts, billing.invoices (all kinds of both months), billing.parked, master.clients, master.contracts; :month,
--   :previous (first days), :purpose, :most
-- rerun: reads only
WITH drafted AS (
    SELECT contract_no, total FROM billing.drafts WHERE month = :month AND purpose = :purpose AND NOT discarded
), issued AS (
    SELECT contract_no, month, total FROM billing.invoices WHERE month IN (:month, :previous)
), now AS (
    SELECT contract_no, sum(total) AS total
    FROM (SELECT contract_no, total FROM drafted UNION ALL SELECT contract_no, total FROM issued WHERE month = :month) all_kinds
    GROUP BY contract_no
), before AS (
    SELECT contract_no, sum(total) AS total FROM issued WHERE month = :previous GROUP BY contract_no
)
SELECT
    contract_no, l.name AS client, coalesce(b.total, 0)::numeric(16, 2) AS before, coalesce(n.total, 0)::numeric(16, 2) AS total,
    b.total IS NULL AS is_new, n.total IS NULL AS is_lost, c.ends_on
FROM now n
FULL JOIN before b USING (contract_no)
JOIN master.contracts c USING (contract_no)
JOIN master.clients l USING (client_code)
WHERE coalesce(n.total, 0) <> coalesce(b.total, 0)
  AND (n.contract_no IS NULL OR contract_no IN (SELECT contract_no FROM drafted))
  AND NOT EXISTS (SELECT FROM billing.parked p WHERE p.month = :month AND p.purpose = :purpose AND p.contract_no = c.contract_no)
ORDER BY abs(coalesce(n.total, 0) - coalesce(b.total, 0)) DESC, contract_no COLLATE "C"
LIMIT :most
