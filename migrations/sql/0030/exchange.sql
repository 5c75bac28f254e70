-- What else goes to 1C than invoices and sales, and what each base says that it takes.
ALTER TABLE delivery.onec_peers ADD COLUMN receives text[];             -- types of objects that it takes, by its own list; NULL: it gave none
ALTER TABLE delivery.onec_peers ADD COLUMN compared_scope text;         -- whose data its outbox was last compared with; NULL: with none yet
ALTER TABLE delivery.onec_peers ADD COLUMN compared_marks text;         -- how far the data of every room had come by then
ALTER TABLE delivery.onec_peers ADD COLUMN compared_no bigint NOT NULL DEFAULT 0;   -- last change of master data by then
ALTER TABLE delivery.onec_peers ADD COLUMN compared_at timestamptz;

ALTER TABLE delivery.onec_outbox DROP CONSTRAINT onec_outbox_object_kind_check;
ALTER TABLE delivery.onec_outbox ADD CONSTRAINT onec_outbox_object_kind_check CHECK (
    object_kind IN ('invoice', 'sale', 'correction', 'counterparty', 'contract', 'service', 'prices', 'payment_status')
);
ALTER TABLE delivery.onec_outbox ADD COLUMN digest text;                -- of what 1C is told; '': it is gone; NULL: an invoice, a sale, a correction

CREATE INDEX ON receivables.allocations (at);
CREATE INDEX ON access.orders (at);
CREATE INDEX ON access.outcomes (at);
