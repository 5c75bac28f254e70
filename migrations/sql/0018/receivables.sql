-- Payments that 1C tells of: its documents with their versions, and what is the same payment as one that another source has told of.

-- grain: document of money of a 1C base × version of it; the newest is what 1C holds true; append-only
CREATE TABLE receivables.onec_documents (
    peer text NOT NULL,
    reference uuid NOT NULL,                      -- Ссылка: the same in every message
    version_no integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('bank_in', 'bank_out', 'cash_in', 'cash_out')),
    is_deleted boolean NOT NULL DEFAULT false,
    document_no text NOT NULL,
    paid_on date NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount <> 0),   -- below zero: money that left
    digest text NOT NULL,                         -- of all that is read of the document
    organization_code text REFERENCES master.organizations,
    client_code text REFERENCES master.clients,   -- whom 1C names, where we know it
    payment_id text,                              -- what the ledger knows it by; NULL: no payment
    left_out text CHECK (left_out IN ('not_a_customer', 'other_currency', 'draft', 'unreadable', 'other_organization', 'other_account')),
    is_contradicted boolean NOT NULL DEFAULT false,   -- changed or deleted in 1C, while the bank tells of the money: the ledger stays
    message_no bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (peer, reference, version_no),
    CHECK (payment_id IS NULL OR left_out IS NULL)
);
CREATE INDEX ON receivables.onec_documents (payment_id);

-- grain: id of a payment that one source told later × the payment that it is; append-only
CREATE TABLE receivables.same_payments (
    payment_id text PRIMARY KEY,
    teller text NOT NULL,                         -- 'bank', or the 1C base that told it later
    same_as text NOT NULL REFERENCES receivables.payments,
    at timestamptz NOT NULL
);
CREATE INDEX ON receivables.same_payments (same_as);

-- grain: payment × one of another source that it may be; both count until a person says; append-only
CREATE TABLE receivables.doubtful_pairs (
    payment_id text NOT NULL REFERENCES receivables.payments,   -- told later
    other_id text NOT NULL REFERENCES receivables.payments,
    at timestamptz NOT NULL,
    PRIMARY KEY (payment_id, other_id)
);

-- grain: doubtful pair × a person's word on it; append-only
CREATE TABLE receivables.pair_words (
    payment_id text NOT NULL,
    other_id text NOT NULL,
    is_same boolean NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (payment_id, other_id),
    FOREIGN KEY (payment_id, other_id) REFERENCES receivables.doubtful_pairs
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.onec_documents
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.same_payments
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.doubtful_pairs
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.pair_words
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON receivables.onec_documents, receivables.same_payments, receivables.doubtful_pairs, receivables.pair_words
    TO fleetbill_app;

-- grain: document of money of a 1C base, as 1C holds it true now
CREATE VIEW receivables.onec_documents_now AS
SELECT DISTINCT ON (peer, reference) * FROM receivables.onec_documents ORDER BY peer, reference, version_no DESC;
GRANT SELECT ON receivables.onec_documents_now TO fleetbill_app;
