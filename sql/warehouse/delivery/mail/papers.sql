-- grain: contract of one letter, with its papers: the invoices that the run of the letter issued for it, and the act where the run
--   closed its month: its number and the invoices that it covers (none while the month is open, or where it cost nothing); is_closing:
--   the act and the appendix go with it; appendix: the wish of the client for it; is_own: the contract of the invoice that names the letter
-- inputs: billing.invoices, billing.closed, delivery.mail_outbox, master.clients; :number, :kind
-- rerun: reads only; the same rows for ever, but for the client's wish. A contract that has a letter of its own from the same run (as all
--   had before letters went by client) is in no other letter; a letter to the managers is about its own contract
WITH letter AS (
    SELECT
        o.contract_no, o.organization_code, o.client_code, o.month, o.purpose,
        CASE WHEN :kind = 'act' THEN z.closed_at ELSE o.issued_at END AS at
    FROM billing.invoices o LEFT JOIN billing.closed z ON (z.contract_no, z.month) = (o.contract_no, o.month)
    WHERE o.number = :number
), told AS (
    SELECT
        l.at, x.invoice_id, x.number, x.kind, x.contract_no, x.client_code, x.year, x.sequence_no, x.issued_at, x.total, z.closed_at,
        x.contract_no = l.contract_no AS is_own, (x.issued_at, x.purpose) = (l.at, l.purpose) AND :kind <> 'act' AS is_of_run
    FROM letter l
    JOIN billing.invoices x ON (x.organization_code, x.client_code, x.month) = (l.organization_code, l.client_code, l.month)
    LEFT JOIN billing.closed z ON (z.contract_no, z.month) = (x.contract_no, x.month)
), elsewhere AS (
    SELECT DISTINCT t.contract_no
    FROM told t JOIN delivery.mail_outbox m ON m.event_key = t.number AND m.queued_at = t.at
    WHERE NOT t.is_own AND m.event_kind IN ('invoice', 'act', 'corrective', 'adjustment')
)
SELECT
    t.contract_no, t.is_own, c.appendix,
    array_agg(CAST(t.invoice_id AS text) ORDER BY t.year, t.sequence_no) FILTER (WHERE t.is_of_run) AS ids,
    array_agg(CAST(t.invoice_id AS text) ORDER BY t.issued_at, t.year, t.sequence_no) FILTER (WHERE t.issued_at <= t.closed_at) AS act_ids,
    (array_agg(t.number ORDER BY t.kind <> 'monthly', t.issued_at, t.year, t.sequence_no) FILTER (WHERE t.issued_at <= t.closed_at))[1]
        AS act_number,
    coalesce(sum(t.total) FILTER (WHERE t.issued_at <= t.closed_at), 0) > 0 AS has_act,
    coalesce(bool_or(t.closed_at = t.at), false) AS is_closing
FROM told t
JOIN master.clients c USING (client_code)
WHERE t.is_own OR :kind <> 'prepaid_exceeded' AND t.contract_no NOT IN (SELECT contract_no FROM elsewhere)
GROUP BY t.contract_no, t.is_own, c.appendix
HAVING t.is_own OR bool_or(t.is_of_run) OR bool_or(t.closed_at = t.at)
ORDER BY t.contract_no
