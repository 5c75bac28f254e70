-- grain: issued invoice for the 1C peer; inputs: temporary table numbered, billing.invoices; :peer, :at
-- rerun: in the issuing transaction only
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT :peer, 'invoice', i.number, 1, :at FROM billing.invoices i JOIN numbered USING (invoice_id)
