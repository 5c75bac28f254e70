-- grain: peer
-- inputs: :peer, :message_no, :invoices, :sales, :objects
-- rerun: in the sending transaction only; the message names the last number received, which acknowledges it
UPDATE delivery.onec_peers
SET sent_no = :message_no, acknowledged_no = received_no, sent_invoices = :invoices, sent_sales = :sales, sent_objects = :objects
WHERE peer = :peer
