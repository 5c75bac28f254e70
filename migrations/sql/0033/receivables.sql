-- A debt that is written off is no money: a movement of the ledger of its own source, with the person and the reason beside it.
ALTER TABLE receivables.payments DROP CONSTRAINT payments_source_check;
ALTER TABLE receivables.payments ADD CONSTRAINT payments_source_check
    CHECK (source IN ('bank', 'onec', 'opening', 'credit', 'write_off'));

-- grain: movement that writes a debt off, or (below zero) takes that back; append-only
CREATE TABLE receivables.write_offs (
    payment_id text PRIMARY KEY REFERENCES receivables.payments,
    number text NOT NULL,                         -- of the invoice, or the debt of go-live
    amount numeric(14, 2) NOT NULL CHECK (amount <> 0),
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ON receivables.write_offs (number);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.write_offs
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON receivables.write_offs TO fleetbill_app;
