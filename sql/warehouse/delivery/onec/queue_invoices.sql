-- grain: issued invoice that a declared peer must have and that was never queued for it; of clients whose documents go to 1C
-- inputs: delivery.onec_scopes, billing.invoices, master.clients, delivery.onec_outbox; :at
-- rerun: adds nothing; so a peer that is new, or gets another organization or an earlier day, gets what it lacks
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT s.peer, 'invoice', i.number, 1, CAST(:at AS timestamptz)
FROM delivery.onec_scopes s
JOIN billing.invoices i USING (organization_code)
WHERE (s.from_date IS NULL OR i.issued_on >= s.from_date OR i.month + interval '1 month' > s.from_date)
  AND (s.valid_to IS NULL OR i.issued_on <= s.valid_to)
  AND EXISTS (SELECT FROM master.clients c WHERE c.client_code = i.client_code AND c.delivery IN ('1c', 'both'))
  AND NOT EXISTS (
      SELECT FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (s.peer, 'invoice', i.number)
  )
ON CONFLICT (peer, object_kind, object_key, version) DO NOTHING
