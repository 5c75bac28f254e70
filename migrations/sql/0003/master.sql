-- grain: bank account of an organization beside the one of its requisites: further and former ones
-- valid_from NULL: as long as the organization is there; valid_to NULL: to this day
CREATE TABLE master.bank_accounts (
    organization_code text NOT NULL REFERENCES master.organizations DEFERRABLE INITIALLY DEFERRED,
    bank_account text NOT NULL,
    bic text NOT NULL,
    bank_name text,
    corr_account text,
    valid_from date,
    valid_to date CHECK (valid_to >= valid_from),
    PRIMARY KEY (organization_code, bank_account)
);
CREATE INDEX ON master.bank_accounts (bank_account);
GRANT SELECT, INSERT, UPDATE, DELETE ON master.bank_accounts TO fleetbill_app;
