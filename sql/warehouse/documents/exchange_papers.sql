-- grain: paper of the month for a client that wants files for electronic exchange: an invoice that is to be paid as its run issued it,
--   an act as the close made it; client and organization are asked for their identifiers as they are now
-- inputs: billing.invoices, billing.closed, master.clients, master.organizations, receivables.allocations, receivables.payments; :month
-- rerun: reads only; the same rows until somebody changes the wish of the client or an identifier
WITH acts AS (
    SELECT
        c.contract_no, c.closed_at, i.organization_code, i.client_code,
        (array_agg(i.number ORDER BY i.kind <> 'monthly', i.issued_at, i.year, i.sequence_no))[1] AS number,
        array_agg(CAST(i.invoice_id AS text) ORDER BY i.issued_at, i.year, i.sequence_no) AS ids,
        array_agg(i.number) AS numbers
    FROM billing.closed c
    JOIN billing.invoices i ON (i.contract_no, i.month) = (c.contract_no, c.month) AND i.issued_at <= c.closed_at
    WHERE c.month = :month
    GROUP BY c.contract_no, c.closed_at, i.organization_code, i.client_code
    HAVING sum(i.total) > 0
),
papers AS (
    SELECT
        'act' AS paper, 'close' AS purpose, closed_at AS at, organization_code, client_code, contract_no, number, ids,
        (
            SELECT jsonb_agg(jsonb_build_array(f.document_no, f.paid_on, f.amount::text) ORDER BY f.paid_on, f.document_no COLLATE "C")
            FROM (
                SELECT p.document_no, p.paid_on, sum(o.amount) AS amount
                FROM receivables.allocations o
                JOIN receivables.payments p USING (payment_id)
                WHERE o.number = ANY (acts.numbers) AND o.at <= acts.closed_at AND p.source IN ('bank', 'onec')
                  AND p.paid_on < CAST(:month AS date) + interval '1 month'
                GROUP BY p.document_no, p.paid_on
                HAVING sum(o.amount) > 0
            ) f
        ) AS paid
    FROM acts
    UNION ALL
    SELECT
        CASE WHEN kind = 'adjustment' AND purpose = 'correct' THEN 'adjustment' ELSE 'invoice' END, purpose, issued_at, organization_code,
        client_code, contract_no, number, ARRAY[CAST(invoice_id AS text)], NULL
    FROM billing.invoices
    WHERE month = :month
)
SELECT
    p.paper, p.purpose, p.at, p.organization_code, p.client_code, p.contract_no, p.number, p.ids, p.paid,
    k.formats, k.edo_id AS client_edo_id, o.edo_id AS organization_edo_id
FROM papers p
JOIN master.clients k USING (client_code)
JOIN master.organizations o ON o.code = p.organization_code
WHERE k.formats IS NOT NULL
ORDER BY p.organization_code COLLATE "C", p.at, p.purpose, p.paper, p.number COLLATE "C"
