-- grain: invoice that the peer knows as an order and of which something was paid or taken back; all of them when :is_full
-- inputs: receivables.allocations, receivables.payments, delivery.onec_outbox, temporary table onec_told; :peer, :is_full, :since
-- rerun: once per transaction
INSERT INTO onec_told (object_kind, object_key, digest)
SELECT 'payment_status', a.number, CASE WHEN sum(a.amount) = 0 THEN '' ELSE sum(a.amount) || ' until ' || max(p.paid_on) END
FROM receivables.allocations a
JOIN receivables.payments p USING (payment_id)
WHERE p.source <> 'write_off' AND (CAST(:is_full AS boolean) OR a.number IN (SELECT n.number FROM receivables.allocations n WHERE n.at > :since))
  AND EXISTS (SELECT FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'invoice', a.number))
GROUP BY a.number
