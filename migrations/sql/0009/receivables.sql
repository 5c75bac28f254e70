-- grain: imported file × bank account that it tells of; how fresh the payment data of an account are; append-only
CREATE TABLE receivables.imported_accounts (
    digest text NOT NULL,
    organization_code text NOT NULL,
    bank_account text NOT NULL,                   -- 20 digits
    data_until date NOT NULL,                     -- the last day that the file tells of
    PRIMARY KEY (digest, bank_account),
    FOREIGN KEY (digest, organization_code) REFERENCES receivables.imports
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.imported_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON receivables.imported_accounts TO fleetbill_app;
