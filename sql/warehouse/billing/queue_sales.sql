-- grain: sale of a contract and month for the 1C peer of the settings, unless the sheet `peers` declares it (delivery/onec/queue_sales):
--   one object, a new version with every further invoice of the month; the books need it whatever way the client's papers leave
-- inputs: temporary table numbered, billing.invoices, billing.closed, delivery.onec_outbox, delivery.onec_peers, master.peers; :peer, :at
-- rerun: in the issuing transaction only; what was closed before is corrected by an object of its own where the peer takes it
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT DISTINCT
    :peer, 'sale', s.object_key,
    1 + coalesce(
        (SELECT max(o.version) FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'sale', s.object_key)), 0
    ),
    CAST(:at AS timestamptz)
FROM (
    SELECT i.contract_no || '|' || to_char(i.month, 'YYYY-MM') AS object_key
    FROM billing.invoices i JOIN numbered USING (invoice_id)
) s
WHERE NOT EXISTS (SELECT FROM master.peers p WHERE p.peer = :peer)
  AND NOT (
      EXISTS (
          SELECT FROM delivery.onec_peers p WHERE p.peer = :peer AND p.receives && ARRAY['Документ.КорректировкаРеализацииТоваров', 'Документ.КорректировкаРеализации']
      )
      AND EXISTS (
          SELECT FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'sale', s.object_key)
      )
      AND EXISTS (
          SELECT FROM billing.closed c
          WHERE c.contract_no || '|' || to_char(c.month, 'YYYY-MM') = s.object_key AND c.closed_at < CAST(:at AS timestamptz)
      )
  )
