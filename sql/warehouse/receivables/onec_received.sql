-- grain: what a base told of an object: a version of a document of money, or a field of a client or contract
-- inputs: receivables.onec_documents, delivery.onec_told_fields, delivery.onec_offer_words, delivery.onec_peers, delivery.onec_messages;
--   :reference (a document's), :sheet, :code (NULL: no client or contract)
-- rerun: reads only
SELECT
    t.peer, 'in' AS direction, t.message_no, NULL::bigint AS again_in, t.at, t.what, t.state,
    CASE WHEN t.message_no <= p.acknowledged_no THEN a.at END AS acknowledged_at
FROM (
    SELECT
        d.peer, d.message_no, d.at, d.version_no AS place,
        concat_ws(' ', d.kind, '№', d.document_no, d.paid_on, d.amount, CASE WHEN d.is_deleted THEN 'deleted' END) AS what,
        CASE
            WHEN d.is_contradicted THEN 'against the ledger: ' || d.payment_id
            WHEN d.left_out IS NOT NULL THEN 'no payment: ' || d.left_out
            WHEN d.payment_id IS NULL THEN 'no payment'
            ELSE 'payment ' || d.payment_id
        END AS state
    FROM receivables.onec_documents d
    WHERE d.reference = CAST(:reference AS uuid)
    UNION ALL
    SELECT
        f.peer, f.message_no, f.at, f.told_no,
        f.field || CASE WHEN f.field IN ('email', 'phone') THEN '' ELSE ' = ' || f.value END,
        f.telling || coalesce(CASE w.is_taken WHEN true THEN ', taken by ' WHEN false THEN ', refused by ' END || w.by_name, '')
    FROM delivery.onec_told_fields f
    LEFT JOIN delivery.onec_offer_words w USING (told_no)
    WHERE (f.sheet, f.code) = (:sheet, :code)
) t
LEFT JOIN delivery.onec_peers p USING (peer)
LEFT JOIN LATERAL (
    SELECT min(o.at) AS at FROM delivery.onec_messages o WHERE o.peer = t.peer AND o.direction = 'out' AND o.other_no >= t.message_no
) a ON true
ORDER BY t.peer, t.message_no, t.place
