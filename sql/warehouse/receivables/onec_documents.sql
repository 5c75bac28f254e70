-- grain: document of money of a 1C base as it was told last, of those asked for, with its payment as the ledger has it; is_told_elsewhere:
--   the payment is the bank's, or another base's too that agrees with it
-- inputs: receivables.onec_documents_now, receivables.onec_documents, receivables.payments, receivables.same_payments; :peer, :references
-- rerun: reads only
SELECT
    CAST(d.reference AS text) AS reference, d.version_no, d.is_deleted, d.digest, d.kind, d.document_no, d.paid_on, d.amount,
    d.organization_code, d.client_code, d.payment_id,
    d.payment_id IS NOT NULL AND (
        EXISTS (SELECT FROM receivables.same_payments t WHERE d.payment_id IN (t.payment_id, t.same_as))
        OR EXISTS (
            SELECT FROM receivables.onec_documents o
            WHERE o.payment_id = d.payment_id AND o.peer <> d.peer AND NOT o.is_deleted AND NOT o.is_contradicted
                AND NOT EXISTS (
                    SELECT FROM receivables.onec_documents n
                    WHERE (n.peer, n.reference) = (o.peer, o.reference) AND n.version_no > o.version_no
                )
        )
    ) AS is_told_elsewhere,
    p.organization_code AS payment_organization, p.paid_on AS payment_on, p.amount AS payment_amount
FROM receivables.onec_documents_now d
LEFT JOIN receivables.same_payments s ON s.payment_id = d.payment_id
LEFT JOIN receivables.payments p ON p.payment_id = coalesce(s.same_as, d.payment_id)
WHERE d.peer = :peer AND d.reference = ANY(CAST(:references AS uuid[]))
ORDER BY d.reference
