-- grain: document of money of a 1C base as it was told last, of those asked for; is_told_elsewhere: its payment is the bank's, or another
--   base's too
-- inputs: receivables.onec_documents_now, receivables.payments, receivables.same_payments; :peer, :references
-- rerun: reads only
SELECT
    CAST(d.reference AS text) AS reference, d.version_no, d.is_deleted, d.digest, d.kind, d.document_no, d.paid_on, d.amount,
    d.organization_code, d.client_code, d.payment_id,
    d.payment_id IS NOT NULL AND (
        EXISTS (SELECT FROM receivables.same_payments s WHERE d.payment_id IN (s.payment_id, s.same_as))
        OR EXISTS (
            SELECT FROM receivables.onec_documents_now o WHERE o.payment_id = d.payment_id AND o.peer <> d.peer AND NOT o.is_deleted
        )
    ) AS is_told_elsewhere
FROM receivables.onec_documents_now d
WHERE d.peer = :peer AND d.reference = ANY(CAST(:references AS uuid[]))
ORDER BY d.reference
