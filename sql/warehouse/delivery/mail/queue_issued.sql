-- grain: letter of what a run issued to a client of an organization, over all of its contracts of the month, with all their papers; of each
--   corrective also one to the managers; and of a client whose contracts closed without a further invoice (all was billed ahead): the acts
-- inputs: temporary table numbered, billing.invoices, billing.closed; :at
-- rerun: in the issuing transaction only; a letter that is queued already stays as it is
WITH issued AS (
    SELECT
        i.*, row_number() OVER (
            PARTITION BY i.organization_code, i.client_code, i.month
            ORDER BY array_position(ARRAY['monthly', 'advance', 'corrective', 'adjustment'], i.kind), i.year, i.sequence_no
        ) AS place
    FROM billing.invoices i JOIN numbered USING (invoice_id)
), closed AS (
    SELECT
        i.organization_code, i.client_code, i.month,
        (array_agg(i.number ORDER BY i.kind <> 'monthly', i.issued_at, i.year, i.sequence_no))[1] AS number
    FROM billing.closed c
    JOIN billing.invoices i ON (i.contract_no, i.month) = (c.contract_no, c.month)
    WHERE c.closed_at = CAST(:at AS timestamptz)
    GROUP BY c.contract_no, i.organization_code, i.client_code, i.month
    HAVING sum(i.total) > 0
), acts AS (
    SELECT c.organization_code, c.client_code, min(c.number) AS number
    FROM closed c
    WHERE NOT EXISTS (
        SELECT FROM issued n WHERE (n.organization_code, n.client_code, n.month) = (c.organization_code, c.client_code, c.month)
    )
    GROUP BY c.organization_code, c.client_code, c.month
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
