-- grain: client that the message refers to, as frozen with its latest invoice in it
-- inputs: temporary table onec_going, billing.invoices
-- rerun: reads only
SELECT DISTINCT ON (i.client_code) i.evidence -> 'client' AS client
FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
JOIN billing.invoices i USING (invoice_id)
ORDER BY i.client_code, i.issued_at DESC, i.year DESC, i.sequence_no DESC
