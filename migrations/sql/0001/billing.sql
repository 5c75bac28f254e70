-- Billing: drafts may be recomputed as often as you like; issued invoices are only ever added.
CREATE SCHEMA billing;

-- grain: month × purpose: the run that is being prepared; replaced by every draft
CREATE TABLE billing.runs (
    month date NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('close', 'prepay', 'watch', 'correct')),
    watched_on date,                         -- of a watch: the day whose limits are checked
    only_contract text,                      -- of a correction: the one contract that it was asked for
    digest text NOT NULL,                    -- of the figures, the evidence and the versions of all its drafts
    drafted_at timestamptz NOT NULL,
    nothing text[] NOT NULL,                 -- contracts that came to nothing: closed without an invoice
    PRIMARY KEY (month, purpose)
);

-- grain: invoice identity (contract, period, kind, cause)
CREATE TABLE billing.drafts (
    invoice_id uuid PRIMARY KEY,             -- uuid5 of the identity
    contract_no text NOT NULL,
    month date NOT NULL,
    purpose text NOT NULL,                   -- of the run that makes it
    kind text NOT NULL CHECK (kind IN ('advance', 'corrective', 'monthly', 'adjustment')),
    cause text NOT NULL DEFAULT '',          -- the watched day, the number of the correction
    client_code text NOT NULL,
    organization_code text NOT NULL,
    payment_days integer NOT NULL,
    currency text NOT NULL DEFAULT 'RUB',
    net numeric(14, 2) NOT NULL,
    vat numeric(14, 2) NOT NULL,
    total numeric(14, 2) NOT NULL,
    digest text NOT NULL,                    -- of lines and evidence
    evidence jsonb NOT NULL,                 -- terms, mappings, requisites and days that the lines rest on
    discarded boolean NOT NULL DEFAULT false,
    UNIQUE (contract_no, month, kind, cause)
);

CREATE TABLE billing.draft_lines (
    invoice_id uuid NOT NULL REFERENCES billing.drafts ON DELETE CASCADE,
    line_no integer NOT NULL,
    tariff_code text NOT NULL,
    component_no integer NOT NULL,           -- 0: the top-up to the minimum
    component text NOT NULL,
    component_kind text NOT NULL,
    segment_from date NOT NULL,
    segment_to date NOT NULL,
    quantity numeric NOT NULL,               -- as shown: at most 3 decimals
    quantity_exact text NOT NULL,            -- a fraction, '406/31'
    price numeric,
    share text NOT NULL,                     -- a fraction, '19/31'
    discount_percent numeric NOT NULL DEFAULT 0,
    prices_include_vat boolean NOT NULL,
    net numeric(14, 2) NOT NULL,
    vat_rate numeric,                        -- percent; NULL: without VAT
    vat numeric(14, 2) NOT NULL,
    total numeric(14, 2) NOT NULL,
    arithmetic text NOT NULL,                -- as a person would write it
    printed_quantity numeric NOT NULL,       -- of documents and 1C: printed_quantity × printed_price is the amount, exactly
    printed_price numeric(14, 2) NOT NULL,
    printed_text text NOT NULL,
    PRIMARY KEY (invoice_id, line_no),
    CHECK (net + vat = total),
    CHECK (printed_quantity * printed_price = CASE WHEN prices_include_vat THEN total ELSE net END)
);

-- grain: month × contract left out of a run, and why
CREATE TABLE billing.parked (
    month date NOT NULL,
    purpose text NOT NULL,
    contract_no text NOT NULL,
    reason text NOT NULL,                    -- such as 'missing_days', 'no_terms', 'tariff_gap', 'prepaid'
    detail text NOT NULL,
    russian text NOT NULL,                   -- the same for finance
    PRIMARY KEY (month, purpose, contract_no)
);

-- grain: a person's word on a run; append-only
CREATE TABLE billing.approvals (
    month date NOT NULL,
    purpose text NOT NULL,
    approval_no integer NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'rejected')),
    digest text NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    invoices integer NOT NULL,
    total numeric(16, 2) NOT NULL,
    PRIMARY KEY (month, purpose, approval_no)
);

-- grain: approved run: what all its invoices rest on together, frozen at issue; append-only
CREATE TABLE billing.evidence (
    month date NOT NULL,
    purpose text NOT NULL,
    approval_no integer NOT NULL,
    tariffs jsonb NOT NULL,                  -- [version, …] with components and tiers
    snapshots jsonb NOT NULL,                -- [[platform, day, snapshot_no, digest or null when carried, by, reason], …]
    vehicles_path text NOT NULL,             -- Parquet in the lake: the vehicles of each contract and day
    vehicles_digest text NOT NULL,
    PRIMARY KEY (month, purpose, approval_no),
    FOREIGN KEY (month, purpose, approval_no) REFERENCES billing.approvals
);

-- grain: the work on a month that is going on now; gone when it is done, overwritten when it died
CREATE TABLE billing.turns (
    work text PRIMARY KEY,
    holder text NOT NULL,
    since timestamptz NOT NULL
);

CREATE TABLE billing.numbers (
    organization_code text NOT NULL,
    year integer NOT NULL,
    last_no integer NOT NULL,
    PRIMARY KEY (organization_code, year)
);

CREATE TABLE billing.invoices (
    invoice_id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    organization_code text NOT NULL,
    year integer NOT NULL,
    sequence_no integer NOT NULL,
    contract_no text NOT NULL,
    client_code text NOT NULL,
    month date NOT NULL,
    purpose text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('advance', 'corrective', 'monthly', 'adjustment')),
    cause text NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    currency text NOT NULL,
    net numeric(14, 2) NOT NULL,
    vat numeric(14, 2) NOT NULL,
    total numeric(14, 2) NOT NULL,
    line_count integer NOT NULL,
    digest text NOT NULL,
    evidence jsonb NOT NULL,
    approval_no integer NOT NULL,            -- of billing.approvals for month and purpose
    issued_at timestamptz NOT NULL,
    UNIQUE (organization_code, year, sequence_no),
    UNIQUE (contract_no, month, kind, cause)
);
CREATE INDEX ON billing.invoices (month);
CREATE INDEX ON billing.invoices (client_code);

CREATE TABLE billing.invoice_lines (LIKE billing.draft_lines INCLUDING CONSTRAINTS);
ALTER TABLE billing.invoice_lines ADD PRIMARY KEY (invoice_id, line_no),
    ADD FOREIGN KEY (invoice_id) REFERENCES billing.invoices DEFERRABLE INITIALLY DEFERRED;

-- grain: contract × month that is closed, also with nothing to bill; append-only
CREATE TABLE billing.closed (
    contract_no text NOT NULL,
    month date NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (contract_no, month)
);

-- An invoice is sealed the moment it exists: its lines are written before it, agree with it, and none is added later.
CREATE FUNCTION billing.refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sealed text;
BEGIN
    SELECT i.number INTO sealed FROM added a JOIN billing.invoices i USING (invoice_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % is issued: a line cannot be added', sealed USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION billing.refuse_wrong_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong text;
BEGIN
    SELECT a.number INTO wrong
    FROM added a
    LEFT JOIN (
        SELECT l.invoice_id, count(*) AS lines, sum(l.net) AS net, sum(l.vat) AS vat, sum(l.total) AS total
        FROM billing.invoice_lines l JOIN added USING (invoice_id) GROUP BY l.invoice_id
    ) s USING (invoice_id)
    WHERE (s.lines, s.net, s.vat, s.total) IS DISTINCT FROM (a.line_count::bigint, a.net, a.vat, a.total)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % does not equal the sum of its lines', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER sealed AFTER INSERT ON billing.invoice_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_late_lines();
CREATE TRIGGER summed AFTER INSERT ON billing.invoices REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_wrong_sums();

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.invoices
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.invoice_lines
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.approvals
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.evidence
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.closed
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA billing TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON billing.runs, billing.drafts, billing.draft_lines, billing.parked, billing.turns TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE ON billing.numbers TO fleetbill_app;
GRANT SELECT, INSERT ON billing.invoices, billing.invoice_lines, billing.approvals, billing.evidence, billing.closed TO fleetbill_app;
