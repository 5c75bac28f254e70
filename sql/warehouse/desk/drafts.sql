-- grain: contract with drafts of a run, the biggest change against the month before first; `whole`: how many there are of these
-- inputs: billing.drafts, billing.invoices, master.clients, master.contracts; :month, :previous (first days), :purpose, :wanted (part of
--   a contract's number or a client's name or code; empty: all), :most, :skipped
-- rerun: reads only; roubles with VAT. `issued`: for the month before this run
WITH drafted AS (
    SELECT contract_no, sum(net) AS net, sum(vat) AS vat, sum(total) AS total, count(*) AS invoices
    FROM billing.drafts
    WHERE month = :month AND purpose = :purpose AND NOT discarded
    GROUP BY contract_no
), issued AS (
    SELECT
        contract_no, sum(total) FILTER (WHERE month = :month) AS total, sum(total) FILTER (WHERE month = :previous) AS before
    FROM billing.invoices WHERE month IN (:month, :previous) GROUP BY contract_no
)
SELECT
    d.contract_no, c.client_code, l.name AS client, d.invoices, d.net::numeric(16, 2), d.vat::numeric(16, 2), d.total::numeric(16, 2),
    coalesce(i.total, 0)::numeric(16, 2) AS issued, i.before::numeric(16, 2) AS before,
    (coalesce(i.total, 0) + d.total - coalesce(i.before, 0))::numeric(16, 2) AS change, count(*) OVER () AS whole
FROM drafted d
JOIN master.contracts c USING (contract_no)
JOIN master.clients l USING (client_code)
LEFT JOIN issued i USING (contract_no)
WHERE :wanted = '' OR d.contract_no ILIKE '%' || :wanted || '%' OR l.name ILIKE '%' || :wanted || '%' OR c.client_code ILIKE :wanted
ORDER BY abs(coalesce(i.total, 0) + d.total - coalesce(i.before, 0)) DESC, d.contract_no COLLATE "C"
LIMIT :most OFFSET :skipped
