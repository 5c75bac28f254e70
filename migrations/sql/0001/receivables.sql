-- Receivables: payments once, what each of them paid; both only grow.
CREATE SCHEMA receivables;

-- grain: payment, reversal or credit; a credit is a negative invoice (credit:NUMBER) that pays the next ones
CREATE TABLE receivables.payments (
    payment_id text PRIMARY KEY,
    source text NOT NULL CHECK (source IN ('bank', 'onec', 'opening', 'credit')),
    organization_code text NOT NULL REFERENCES master.organizations,
    client_code text REFERENCES master.clients,   -- whose money it is; NULL: not known, what it did not pay is unmatched
    document_no text NOT NULL,
    paid_on date NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount <> 0),   -- negative: a reversal
    payer_inn text,
    payer_name text,
    payer_account text,
    purpose text NOT NULL DEFAULT '',
    reverses text REFERENCES receivables.payments CHECK (amount < 0 OR reverses IS NULL),   -- the payment that a reversal takes back
    received_at timestamptz NOT NULL
);
CREATE INDEX ON receivables.payments (organization_code, client_code);
CREATE INDEX ON receivables.payments (reverses) WHERE reverses IS NOT NULL;

-- grain: payment × invoice × allocation; `rule` explains why. Negative: taken back by a reversal
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

-- grain: imported file × organization whose account it speaks of; how fresh the payment data are
CREATE TABLE receivables.imports (
    digest text NOT NULL,
    organization_code text NOT NULL REFERENCES master.organizations,
    source text NOT NULL,
    file_name text NOT NULL,
    data_until date NOT NULL,                     -- the last day that it tells of
    at timestamptz NOT NULL,
    PRIMARY KEY (digest, organization_code)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.allocations
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON receivables.payments
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.imports
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA receivables TO fleetbill_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA receivables TO fleetbill_app;
GRANT UPDATE (client_code, reverses) ON receivables.payments TO fleetbill_app;   -- recognised later than it came

-- grain: invoice that something was paid of, or negative invoice of whose credit something was used (then negative):
-- total − paid is what is open, either way
CREATE VIEW receivables.invoice_balances AS
SELECT number, sum(amount)::numeric(14, 2) AS paid FROM receivables.allocations GROUP BY number
UNION ALL
SELECT p.document_no, (-sum(a.amount))::numeric(14, 2)
FROM receivables.payments p JOIN receivables.allocations a USING (payment_id)
WHERE p.source = 'credit' GROUP BY p.document_no;

-- grain: payment or credit with its reversals; left_over: what pays nothing yet (an advance where the client is known)
CREATE VIEW receivables.payment_balances AS
SELECT p.payment_id, p.source, p.organization_code, p.client_code, p.paid_on, g.amount, g.left_over
FROM (
    SELECT
        coalesce(p.reverses, p.payment_id) AS payment_id,
        sum(p.amount)::numeric(14, 2) AS amount,
        sum(p.amount - coalesce(a.amount, 0))::numeric(14, 2) AS left_over
    FROM receivables.payments p
    LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM receivables.allocations GROUP BY payment_id) a USING (payment_id)
    GROUP BY coalesce(p.reverses, p.payment_id)
) g
JOIN receivables.payments p USING (payment_id);

-- grain: payment or reversal (no credits) × client it counts for; somebody may pay for others too
CREATE VIEW receivables.client_entries AS
SELECT e.payment_id, e.organization_code, e.client_code, e.paid_on, sum(e.amount)::numeric(14, 2) AS amount
FROM (
    SELECT p.payment_id, p.organization_code, i.client_code, p.paid_on, a.amount
    FROM receivables.payments p
    JOIN receivables.allocations a USING (payment_id)
    JOIN billing.invoices i USING (number)
    WHERE p.source <> 'credit'
    UNION ALL
    SELECT p.payment_id, p.organization_code, p.client_code, p.paid_on, p.amount - coalesce(a.amount, 0)
    FROM receivables.payments p
    LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM receivables.allocations GROUP BY payment_id) a USING (payment_id)
    WHERE p.source <> 'credit' AND p.client_code IS NOT NULL
) e
GROUP BY e.payment_id, e.organization_code, e.client_code, e.paid_on
HAVING sum(e.amount) <> 0;

GRANT SELECT ON receivables.invoice_balances, receivables.payment_balances, receivables.client_entries TO fleetbill_app;
