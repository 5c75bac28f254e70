-- grain: document of money that 1C has changed or deleted, while the bank or another base tells of its payment as it was
-- inputs: receivables.onec_documents_now, receivables.same_payments, receivables.payments
-- rerun: reads only
SELECT
    d.peer, CAST(d.reference AS text) AS reference, d.is_deleted, d.document_no, d.paid_on, d.amount,
    p.payment_id, p.paid_on AS known_paid_on, p.amount AS known_amount
FROM receivables.onec_documents_now d
LEFT JOIN receivables.same_payments s ON s.payment_id = d.payment_id
JOIN receivables.payments p ON p.payment_id = coalesce(s.same_as, d.payment_id)
WHERE d.is_contradicted
ORDER BY d.peer, d.reference
