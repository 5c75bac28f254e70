-- grain: issued invoice for the 1C peer of the settings, unless the sheet `peers` declares it (delivery/onec/queue_invoices); of clients
--   whose documents go to 1C
-- inputs: temporary table numbered, billing.invoices, master.clients, master.peers; :peer, :at
-- rerun: in the issuing transaction only
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT :peer, 'invoice', i.number, 1, :at
FROM billing.invoices i
JOIN numbered USING (invoice_id)
WHERE EXISTS (SELECT FROM master.clients c WHERE c.client_code = i.client_code AND c.delivery IN ('1c', 'both'))
  AND NOT EXISTS (SELECT FROM master.peers p WHERE p.peer = :peer)
