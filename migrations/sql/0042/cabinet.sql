-- What the running month is priced with, and the name of a debt of go-live, for the cabinet.
CREATE TABLE cabinet.vat_modes (LIKE master.vat_modes);
ALTER TABLE master.vat_modes INHERIT cabinet.vat_modes;
ALTER TABLE cabinet.vat_modes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON cabinet.vat_modes FOR SELECT USING (
    EXISTS (SELECT FROM cabinet.contracts c WHERE c.organization_code = vat_modes.code)
);
GRANT SELECT ON cabinet.vat_modes TO fleetbill_app;

-- as `receivables.claims` names a debt of go-live: what it is paid under
CREATE FUNCTION cabinet.debt_name(document_no text, client_code text, organization_code text, paid_on date) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT 'начальное сальдо ' || CASE document_no
        WHEN '' THEN client_code || ' у ' || organization_code
        ELSE 'по договору ' || document_no
    END || ' на ' || to_char(paid_on, 'DD.MM.YYYY')
$$;
