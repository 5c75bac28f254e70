-- Receivables: payments once, what each of them paid; both only grow.
CREATE SCHEMA receivables;

CREATE TABLE receivables.payments (
    payment_id text PRIMARY KEY,
    source text NOT NULL CHECK (source IN ('bank', 'onec', 'opening')),
    organization_code text NOT NULL REFERENCES master.organizations,
    client_code text REFERENCES master.clients,   -- whom the payment was recognised as; NULL: unmatched
    document_no text NOT NULL,
    paid_on date NOT NULL,
    amount numeric(14, 2) NOT NULL,               -- negative: a reversal
    payer_inn text,
    payer_name text,
    payer_account text,
    purpose text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL
);

-- grain: payment × invoice × allocation; `rule` explains why
CREATE TABLE receivables.allocations (
    payment_id text NOT NULL REFERENCES receivables.payments,
    allocation_no integer NOT NULL,
    number text NOT NULL,                         -- of the invoice
    amount numeric(14, 2) NOT NULL CHECK (amount <> 0),
    rule text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (payment_id, allocation_no)
);
CREATE INDEX ON receivables.allocations (number);

-- grain: imported file; how fresh the payment data are
CREATE TABLE receivables.imports (
    digest text PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    data_until date NOT NULL,
    at timestamptz NOT NULL
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.allocations
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA receivables TO fleetbill_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA receivables TO fleetbill_app;

-- grain: invoice that something was paid of
CREATE VIEW receivables.invoice_balances AS
SELECT number, sum(amount)::numeric(14, 2) AS paid FROM receivables.allocations GROUP BY number;
GRANT SELECT ON receivables.invoice_balances TO fleetbill_app;
