-- grain: the papers of one letter: the invoices issued together with it for the same contract and month, and the act where the contract's
--   month was closed by then: its number and the invoices that it covers (none while the month is open, or where it cost nothing);
--   is_closing: the letter belongs to the close, so the act and the appendix go with it; appendix: the client's wish for it
-- inputs: billing.invoices, billing.closed, master.clients; :number, :kind
-- rerun: reads only; the same rows for ever, but for the client's wish
SELECT
    o.contract_no, o.month, c.appendix,
    array_agg(CAST(x.invoice_id AS text) ORDER BY x.year, x.sequence_no)
        FILTER (WHERE x.issued_at = o.issued_at AND x.purpose = o.purpose AND :kind <> 'act') AS ids,
    array_agg(CAST(x.invoice_id AS text) ORDER BY x.issued_at, x.year, x.sequence_no) FILTER (WHERE x.issued_at <= z.closed_at) AS act_ids,
    (array_agg(x.number ORDER BY x.kind <> 'monthly', x.issued_at, x.year, x.sequence_no) FILTER (WHERE x.issued_at <= z.closed_at))[1]
        AS act_number,
    coalesce(sum(x.total) FILTER (WHERE x.issued_at <= z.closed_at), 0) > 0 AS has_act,
    coalesce(bool_or(:kind = 'act' OR o.issued_at = z.closed_at), false) AS is_closing
FROM billing.invoices o
JOIN master.clients c USING (client_code)
JOIN billing.invoices x ON (x.contract_no, x.month) = (o.contract_no, o.month)
LEFT JOIN billing.closed z ON (z.contract_no, z.month) = (o.contract_no, o.month)
WHERE o.number = :number
GROUP BY o.contract_no, o.month, c.appendix
