-- grain: contract that the message refers to, with its parties, as frozen with its latest invoice in it
-- inputs: temporary table onec_going, billing.invoices
-- rerun: reads only
SELECT DISTINCT ON (i.contract_no)
    i.evidence -> 'contract' AS contract, i.evidence -> 'client' AS client, i.evidence -> 'organization' AS organization
FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
JOIN billing.invoices i USING (invoice_id)
ORDER BY i.contract_no, i.issued_at DESC, i.year DESC, i.sequence_no DESC
