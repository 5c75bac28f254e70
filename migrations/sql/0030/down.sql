-- What was queued beside invoices and sales is forgotten: it is told again after the next upgrade.
DROP INDEX receivables.allocations_at_idx;
DROP INDEX access.orders_at_idx;
DROP INDEX access.outcomes_at_idx;
DELETE FROM delivery.onec_outbox WHERE object_kind NOT IN ('invoice', 'sale');
ALTER TABLE delivery.onec_outbox DROP COLUMN digest;
ALTER TABLE delivery.onec_outbox DROP CONSTRAINT onec_outbox_object_kind_check;
ALTER TABLE delivery.onec_outbox ADD CONSTRAINT onec_outbox_object_kind_check CHECK (object_kind IN ('invoice', 'sale'));
ALTER TABLE delivery.onec_peers DROP COLUMN receives;
ALTER TABLE delivery.onec_peers DROP COLUMN compared_scope;
ALTER TABLE delivery.onec_peers DROP COLUMN compared_marks;
ALTER TABLE delivery.onec_peers DROP COLUMN compared_no;
ALTER TABLE delivery.onec_peers DROP COLUMN compared_at;
