-- grain: letter of what was issued together for a contract and month, with all its papers: to the client, and of each corrective also to
--   the managers; and of a contract that closed without a further invoice (all was billed ahead): its act
-- inputs: temporary table numbered, billing.invoices, billing.closed; :at
-- rerun: in the issuing transaction only; a letter that is queued already stays as it is
WITH issued AS (
    SELECT
        i.*, row_number() OVER (
            PARTITION BY i.contract_no, i.month
            ORDER BY array_position(ARRAY['monthly', 'advance', 'corrective', 'adjustment'], i.kind), i.year, i.sequence_no
        ) AS place
    FROM billing.invoices i JOIN numbered USING (invoice_id)
), acts AS (
    SELECT
        i.organization_code, i.client_code,
        (array_agg(i.number ORDER BY i.kind <> 'monthly', i.issued_at, i.year, i.sequence_no))[1] AS number
    FROM billing.closed c
    JOIN billing.invoices i ON (i.contract_no, i.month) = (c.contract_no, c.month)
    WHERE c.closed_at = CAST(:at AS timestamptz)
      AND NOT EXISTS (SELECT FROM issued n WHERE (n.contract_no, n.month) = (c.contract_no, c.month))
    GROUP BY c.contract_no, c.month, i.organization_code, i.client_code
    HAVING sum(i.total) > 0
)
INSERT INTO delivery.mail_outbox (event_kind, event_key, organization_code, client_code, queued_at, next_attempt_at)
SELECT l.event_kind, l.number, l.organization_code, l.client_code, CAST(:at AS timestamptz), CAST(:at AS timestamptz)
FROM (
    SELECT
        CASE WHEN kind IN ('corrective', 'adjustment') THEN kind ELSE 'invoice' END AS event_kind,
        number, organization_code, client_code
    FROM issued WHERE place = 1
    UNION ALL
    SELECT 'prepaid_exceeded', number, organization_code, client_code FROM issued WHERE kind = 'corrective'
    UNION ALL
    SELECT 'act', number, organization_code, client_code FROM acts
) l
ON CONFLICT (event_kind, event_key) DO NOTHING
