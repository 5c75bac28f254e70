-- grain: peer
-- inputs: delivery.onec_peers; :peer
-- rerun: reads only
SELECT
    sent_no, received_no, highest_no, confirmed_no, owed_no, acknowledged_no, received_digest, received_created, versions,
    sent_invoices, sent_sales, sent_objects, receives, compared_scope, compared_marks, compared_no, compared_at
FROM delivery.onec_peers
WHERE peer = :peer
