-- The clients' cabinet: who is logged in, and the rows that it may see.
CREATE SCHEMA cabinet;

-- grain: moment × address that a link was asked for × where from, registered or not; digests, for who asks in vain is nobody's business
CREATE TABLE cabinet.requests (
    address_digest bytea NOT NULL,
    origin_digest bytea NOT NULL,                 -- of the network address that asked
    at timestamptz NOT NULL,
    asked integer NOT NULL DEFAULT 1,
    PRIMARY KEY (address_digest, origin_digest, at)
);
CREATE INDEX ON cabinet.requests (at);

-- grain: one-time link; the token itself is kept nowhere
CREATE TABLE cabinet.links (
    link_digest bytea PRIMARY KEY,                -- SHA-256 of the token
    address text NOT NULL,                        -- as it is registered, in small letters
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    made_by text                                  -- who made it at the command line; NULL: it was asked for and mailed
);
CREATE INDEX ON cabinet.links (address);

-- grain: session of a browser; the cookie's value is kept nowhere
CREATE TABLE cabinet.sessions (
    session_digest bytea PRIMARY KEY,             -- SHA-256 of the cookie
    address text NOT NULL,
    begun_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    is_confirmed boolean NOT NULL,                -- the second factor was given, or there is none
    wrong_codes integer NOT NULL DEFAULT 0
);
CREATE INDEX ON cabinet.sessions (address);

-- grain: address with a second factor (TOTP, RFC 6238)
CREATE TABLE cabinet.second_factors (
    address text PRIMARY KEY,
    secret text NOT NULL,
    made_at timestamptz NOT NULL,
    confirmed_at timestamptz,                     -- NULL: shown, and no code of it was given yet
    last_step bigint NOT NULL DEFAULT 0           -- the step of the last code taken: no code serves twice
);

GRANT USAGE ON SCHEMA cabinet TO fleetbill_app;
GRANT SELECT, INSERT, DELETE ON cabinet.requests, cabinet.links, cabinet.sessions, cabinet.second_factors TO fleetbill_app;
GRANT UPDATE (asked) ON cabinet.requests TO fleetbill_app;
GRANT UPDATE (used_at) ON cabinet.links TO fleetbill_app;
GRANT UPDATE (seen_at, ended_at, is_confirmed, wrong_codes) ON cabinet.sessions TO fleetbill_app;
GRANT UPDATE ON cabinet.second_factors TO fleetbill_app;

-- whose rows a transaction may see: what `pipelines/cabinet/rows.py` has set in it, and nobody's where it has not
CREATE FUNCTION cabinet.reader_clients() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(CAST(nullif(current_setting('fleetbill.clients', true), '') AS text[]), CAST('{}' AS text[]))
$$;

-- A client's address is one cell with one address or several; who logs in is found by any of them.
CREATE FUNCTION cabinet.addresses(cell text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_split_to_array(lower(coalesce(cell, '')), '[,;[:space:]]+')
$$;
CREATE INDEX clients_addresses ON master.clients USING gin (cabinet.addresses(email));
CREATE INDEX ON master.clients (dealer_code);

-- Each of these tables is the parent of a table of the house: who reads the parent sees the rows of the child by the parent's policy. The
-- house itself works with the child, whose rows are not guarded row by row: COPY, plans, reports and dumps are what they were.
CREATE TABLE cabinet.clients (LIKE master.clients);
ALTER TABLE master.clients INHERIT cabinet.clients;
ALTER TABLE cabinet.clients ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.contracts (LIKE master.contracts);
ALTER TABLE master.contracts INHERIT cabinet.contracts;
ALTER TABLE cabinet.contracts ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.organizations (LIKE master.organizations);
ALTER TABLE master.organizations INHERIT cabinet.organizations;
ALTER TABLE cabinet.organizations ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.terms (LIKE master.terms);
ALTER TABLE master.terms INHERIT cabinet.terms;
ALTER TABLE cabinet.terms ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.tariffs (LIKE master.tariffs);
ALTER TABLE master.tariffs INHERIT cabinet.tariffs;
ALTER TABLE cabinet.tariffs ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.components (LIKE master.components);
ALTER TABLE master.components INHERIT cabinet.components;
ALTER TABLE cabinet.components ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.tiers (LIKE master.tiers);
ALTER TABLE master.tiers INHERIT cabinet.tiers;
ALTER TABLE cabinet.tiers ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.accounts (LIKE master.accounts);
ALTER TABLE master.accounts INHERIT cabinet.accounts;
ALTER TABLE cabinet.accounts ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.invoices (LIKE billing.invoices);
ALTER TABLE billing.invoices INHERIT cabinet.invoices;
ALTER TABLE cabinet.invoices ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.invoice_lines (LIKE billing.invoice_lines);
ALTER TABLE billing.invoice_lines INHERIT cabinet.invoice_lines;
ALTER TABLE cabinet.invoice_lines ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.closed (LIKE billing.closed);
ALTER TABLE billing.closed INHERIT cabinet.closed;
ALTER TABLE cabinet.closed ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.payments (LIKE receivables.payments);
ALTER TABLE receivables.payments INHERIT cabinet.payments;
ALTER TABLE cabinet.payments ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.allocations (LIKE receivables.allocations);
ALTER TABLE receivables.allocations INHERIT cabinet.allocations;
ALTER TABLE cabinet.allocations ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.write_offs (LIKE receivables.write_offs);
ALTER TABLE receivables.write_offs INHERIT cabinet.write_offs;
ALTER TABLE cabinet.write_offs ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.contract_days (LIKE usage.contract_days);
ALTER TABLE usage.contract_days INHERIT cabinet.contract_days;
ALTER TABLE cabinet.contract_days ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.gaps (LIKE usage.gaps);
ALTER TABLE usage.gaps INHERIT cabinet.gaps;
ALTER TABLE cabinet.gaps ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.orders (LIKE access.orders);
ALTER TABLE access.orders INHERIT cabinet.orders;
ALTER TABLE cabinet.orders ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.outcomes (LIKE access.outcomes);
ALTER TABLE access.outcomes INHERIT cabinet.outcomes;
ALTER TABLE cabinet.outcomes ENABLE ROW LEVEL SECURITY;
CREATE TABLE cabinet.promises (LIKE access.promises);
ALTER TABLE access.promises INHERIT cabinet.promises;
ALTER TABLE cabinet.promises ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON cabinet.clients FOR SELECT USING (client_code = ANY (CAST((SELECT cabinet.reader_clients()) AS text[])));
CREATE POLICY own_rows ON cabinet.contracts FOR SELECT USING (
    client_code = ANY (CAST((SELECT cabinet.reader_clients()) AS text[]))
);
CREATE POLICY own_rows ON cabinet.organizations FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.organization_code = organizations.code)
);
CREATE POLICY own_rows ON cabinet.terms FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.contract_no = terms.contract_no)
);
CREATE POLICY own_rows ON cabinet.tariffs FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.terms t WHERE t.tariff_code = tariffs.tariff_code)
);
CREATE POLICY own_rows ON cabinet.components FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.terms t WHERE t.tariff_code = components.tariff_code)
);
CREATE POLICY own_rows ON cabinet.tiers FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.terms t WHERE t.tariff_code = tiers.tariff_code)
);
CREATE POLICY own_rows ON cabinet.accounts FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.contract_no = accounts.contract_no)
);
CREATE POLICY own_rows ON cabinet.invoices FOR SELECT USING (client_code = ANY (CAST((SELECT cabinet.reader_clients()) AS text[])));
CREATE POLICY own_rows ON cabinet.invoice_lines FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.invoices i WHERE i.invoice_id = invoice_lines.invoice_id)
);
CREATE POLICY own_rows ON cabinet.closed FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.contract_no = closed.contract_no)
);
CREATE POLICY own_rows ON cabinet.payments FOR SELECT USING (client_code = ANY (CAST((SELECT cabinet.reader_clients()) AS text[])));
CREATE POLICY own_rows ON cabinet.allocations FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.payments p WHERE p.payment_id = allocations.payment_id)
    OR EXISTS (SELECT FROM cabinet.invoices i WHERE i.number = allocations.number)
);
CREATE POLICY own_rows ON cabinet.write_offs FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.payments p WHERE p.payment_id = write_offs.payment_id)
);
CREATE POLICY own_rows ON cabinet.contract_days FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.contract_no = contract_days.contract_no)
);
CREATE POLICY own_rows ON cabinet.gaps FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.contract_no = gaps.contract_no)
);
CREATE POLICY own_rows ON cabinet.orders FOR SELECT USING (client_code = ANY (CAST((SELECT cabinet.reader_clients()) AS text[])));
CREATE POLICY own_rows ON cabinet.outcomes FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.orders o WHERE o.order_no = outcomes.order_no)
);
CREATE POLICY own_rows ON cabinet.promises FOR SELECT USING (client_code = ANY (CAST((SELECT cabinet.reader_clients()) AS text[])));

GRANT SELECT ON
    cabinet.clients, cabinet.contracts, cabinet.organizations, cabinet.terms, cabinet.tariffs, cabinet.components,
    cabinet.tiers, cabinet.accounts, cabinet.invoices, cabinet.invoice_lines, cabinet.closed, cabinet.payments,
    cabinet.allocations, cabinet.write_offs, cabinet.contract_days, cabinet.gaps, cabinet.orders, cabinet.outcomes,
    cabinet.promises
    TO fleetbill_app;   -- to plan the statements; it sees no row either unless it says whose
