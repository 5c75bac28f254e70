-- grain: payment that another source has told of and this one has not, of an organization and sum that it tells of now, within two weeks
-- inputs: receivables.payments, receivables.same_payments, receivables.onec_documents; :teller, :organizations, :amounts, :first, :last
-- rerun: reads only; what was given back wholly is none. What this transaction has stored is the teller's own: passed over before it is
--   looked up, for a large source is told part by part; its documents are sought for each payment by itself (OFFSET), for there are many
SELECT
    p.payment_id, p.organization_code, p.document_no, p.paid_on, p.amount, coalesce(p.payer_inn, '') AS payer_inn,
    coalesce(p.payer_account, '') AS payer_account
FROM receivables.payments p
WHERE p.source IN ('bank', 'onec')
    AND p.xmin <> CAST(pg_current_xact_id() AS xid)
    AND p.paid_on BETWEEN CAST(:first AS date) - 14 AND CAST(:last AS date) + 14
    AND (p.organization_code, p.amount) IN (
        SELECT * FROM unnest(CAST(:organizations AS text[]), CAST(:amounts AS numeric[]))
    )
    AND NOT (p.source = 'bank' AND :teller = 'bank')
    AND NOT EXISTS (SELECT FROM receivables.same_payments s WHERE s.same_as = p.payment_id AND s.teller = :teller)
    AND NOT EXISTS (SELECT FROM receivables.onec_documents d WHERE d.payment_id = p.payment_id AND d.peer = :teller OFFSET 0)
    AND p.amount + coalesce((SELECT sum(r.amount) FROM receivables.payments r WHERE r.reverses = p.payment_id), 0) <> 0
ORDER BY p.payment_id COLLATE "C"
