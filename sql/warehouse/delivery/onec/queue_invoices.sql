-- grain: issued invoice that the peer must have and that was never queued for it; of clients whose documents go to 1C
-- inputs: billing.invoices, master.clients, delivery.onec_outbox; :peer, :organizations, :from_date, :valid_to, :at
-- rerun: adds nothing; so a peer that is new, or gets another organization or an earlier day, gets what it lacks
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT :peer, 'invoice', i.number, 1, CAST(:at AS timestamptz)
FROM billing.invoices i
WHERE i.organization_code = ANY(CAST(:organizations AS text[]))
  AND coalesce(i.issued_on >= CAST(:from_date AS date) OR i.month + interval '1 month' > CAST(:from_date AS date), true)
  AND coalesce(i.issued_on <= CAST(:valid_to AS date), true)
  AND EXISTS (SELECT FROM master.clients c WHERE c.client_code = i.client_code AND c.delivery IN ('1c', 'both'))
  AND NOT EXISTS (
      SELECT FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'invoice', i.number)
  )
ON CONFLICT (peer, object_kind, object_key, version) DO NOTHING
