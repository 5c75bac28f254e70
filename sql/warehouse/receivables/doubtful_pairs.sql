-- grain: payment that may be one of another source, and no person has said
-- inputs: receivables.doubtful_pairs, receivables.pair_words, receivables.payments, receivables.same_payments
-- rerun: reads only; a payment that was given back meanwhile is in doubt no more, nor is a pair of which one source has told both since
SELECT
    d.payment_id, d.other_id, p.paid_on, p.amount, p.document_no, p.source,
    o.paid_on AS other_paid_on, o.document_no AS other_document_no, o.source AS other_source
FROM receivables.doubtful_pairs d
JOIN receivables.payments p ON p.payment_id = d.payment_id
JOIN receivables.payments o ON o.payment_id = d.other_id
WHERE NOT EXISTS (SELECT FROM receivables.pair_words w WHERE (w.payment_id, w.other_id) = (d.payment_id, d.other_id))
    AND NOT EXISTS (SELECT FROM receivables.payments r WHERE r.reverses IN (d.payment_id, d.other_id))
    AND NOT EXISTS (
        SELECT FROM receivables.same_payments s
        WHERE (s.same_as = d.payment_id AND (s.teller = 'bank') = (o.source = 'bank'))
            OR (s.same_as = d.other_id AND (s.teller = 'bank') = (p.source = 'bank'))
    )
ORDER BY d.payment_id COLLATE "C", d.other_id COLLATE "C"
