-- grain: peer
-- inputs: :peer, :invoices, :sales, :objects that the turn brought into the base
-- rerun: the same row
UPDATE delivery.onec_peers SET sent_invoices = :invoices, sent_sales = :sales, sent_objects = :objects WHERE peer = :peer
