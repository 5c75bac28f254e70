-- Master data: columns are those of the sheets; the current state, with its whole history beside it.
CREATE SCHEMA master;

CREATE TABLE master.organizations (
    code text PRIMARY KEY,
    name text NOT NULL,
    full_name text,
    inn text NOT NULL,
    kpp text,
    address text,
    bank_account text NOT NULL,
    bank_name text NOT NULL,
    bic text NOT NULL,
    corr_account text,
    director text,
    accountant text,
    invoice_prefix text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
    email text,
    time_zone text NOT NULL DEFAULT 'Europe/Moscow'
);

-- grain: organization × first day of a VAT mode; a mode without vat_mode_from has been in force for ever (0001-01-01)
CREATE TABLE master.vat_modes (
    code text NOT NULL REFERENCES master.organizations,
    vat_mode_from date NOT NULL DEFAULT '0001-01-01',
    vat_mode text NOT NULL CHECK (vat_mode IN ('general', 'usn5', 'usn7', 'exempt')),
    PRIMARY KEY (code, vat_mode_from)
);

CREATE TABLE master.clients (
    client_code text PRIMARY KEY,
    name text NOT NULL,
    full_name text,
    inn text,
    kpp text,
    kind text NOT NULL CHECK (kind IN ('legal', 'entrepreneur', 'individual')),
    category text,
    email text,
    phone text,
    address text,
    dealer_code text REFERENCES master.clients DEFERRABLE INITIALLY DEFERRED,
    never_block boolean NOT NULL DEFAULT false,
    delivery text NOT NULL DEFAULT 'both' CHECK (delivery IN ('off', 'email', '1c', 'both'))   -- by which ways its documents leave
);

CREATE TABLE master.contracts (
    contract_no text PRIMARY KEY,
    client_code text NOT NULL REFERENCES master.clients DEFERRABLE INITIALLY DEFERRED,
    organization_code text NOT NULL REFERENCES master.organizations DEFERRABLE INITIALLY DEFERRED,
    signed_on date,
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on)
);

-- tariff_code has no foreign key: a tariff may begin later than the terms that name it; import checks that its code is known
CREATE TABLE master.terms (
    contract_no text NOT NULL REFERENCES master.contracts DEFERRABLE INITIALLY DEFERRED,
    valid_from date NOT NULL,
    tariff_code text NOT NULL,
    counting text NOT NULL DEFAULT 'used' CHECK (counting IN ('used', 'connected')),
    basis text NOT NULL DEFAULT 'peak' CHECK (basis IN ('peak', 'average')),
    prepaid_vehicles integer NOT NULL DEFAULT 0 CHECK (prepaid_vehicles >= 0),
    discount_percent numeric NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100),
    minimum numeric(14, 2) NOT NULL DEFAULT 0 CHECK (minimum >= 0),
    payment_days integer NOT NULL DEFAULT 10 CHECK (payment_days >= 0),
    PRIMARY KEY (contract_no, valid_from)
);

CREATE TABLE master.tariffs (
    tariff_code text NOT NULL,
    valid_from date NOT NULL,
    name text NOT NULL,
    currency text NOT NULL DEFAULT 'RUB' CHECK (currency = 'RUB'),
    prices_include_vat boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tariff_code, valid_from)
);

CREATE TABLE master.components (
    tariff_code text NOT NULL,
    valid_from date NOT NULL,
    component_no integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fixed', 'vehicles', 'vehicle_days', 'online_hours', 'meter')),
    meter text,
    scheme text NOT NULL DEFAULT 'unit' CHECK (scheme IN ('unit', 'graduated', 'volume', 'package')),
    price numeric,
    package_size numeric,
    PRIMARY KEY (tariff_code, valid_from, component_no),
    FOREIGN KEY (tariff_code, valid_from) REFERENCES master.tariffs DEFERRABLE INITIALLY DEFERRED
);

-- up_to NULL: the open tier
CREATE TABLE master.tiers (
    tariff_code text NOT NULL,
    valid_from date NOT NULL,
    component_no integer NOT NULL,
    up_to numeric,
    price numeric NOT NULL,
    UNIQUE NULLS NOT DISTINCT (tariff_code, valid_from, component_no, up_to),
    FOREIGN KEY (tariff_code, valid_from, component_no) REFERENCES master.components DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE master.platforms (
    platform text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('files', 'sql', 'traccar', 'wialon')),
    source text,
    connection text,
    time_zone text NOT NULL
);

CREATE TABLE master.accounts (
    platform text NOT NULL REFERENCES master.platforms DEFERRABLE INITIALLY DEFERRED,
    account_id text NOT NULL,
    contract_no text NOT NULL REFERENCES master.contracts DEFERRABLE INITIALLY DEFERRED,
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from),
    PRIMARY KEY (platform, account_id, contract_no, valid_from)
);
CREATE INDEX ON master.accounts (contract_no);

-- grain: one change of one row of one sheet; before/after hold the row as imported (NULL: not there)
CREATE TABLE master.history (
    history_no bigint PRIMARY KEY,
    sheet text NOT NULL,
    key text NOT NULL,
    action text NOT NULL CHECK (action IN ('added', 'changed', 'retired')),
    before jsonb,
    after jsonb,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ON master.history (sheet, key, history_no);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON master.history
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

GRANT USAGE ON SCHEMA master TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA master TO fleetbill_app;
REVOKE UPDATE, DELETE ON master.history FROM fleetbill_app;
