-- grain: contract × month × word on holding it back: the last word counts; append-only
CREATE TABLE billing.holds (
    month date NOT NULL,
    contract_no text NOT NULL REFERENCES master.contracts,
    hold_no integer NOT NULL,
    is_held boolean NOT NULL,                -- false: released
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (month, contract_no, hold_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.holds
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON billing.holds TO fleetbill_app;

-- The counter stands at the last invoice: setting it by hand can neither give a number again nor skip one.
CREATE FUNCTION billing.refuse_other_number() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE issued integer;
BEGIN
    SELECT max(i.sequence_no) INTO issued FROM billing.invoices i WHERE (i.organization_code, i.year) = (NEW.organization_code, NEW.year);
    IF NEW.last_no IS DISTINCT FROM issued THEN
        RAISE EXCEPTION 'the last number of % in % is %, not %', NEW.organization_code, NEW.year, coalesce(issued, 0), NEW.last_no
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER counted_up BEFORE INSERT OR UPDATE ON billing.numbers FOR EACH ROW EXECUTE FUNCTION billing.refuse_other_number();

-- grain: contract × month that is held back now
CREATE VIEW billing.held AS
SELECT month, contract_no, by_name, reason, at
FROM (SELECT DISTINCT ON (month, contract_no) * FROM billing.holds ORDER BY month, contract_no, hold_no DESC) last_word
WHERE is_held;
GRANT SELECT ON billing.held TO fleetbill_app;

-- grain: drafted run: the last word on exactly this digest, and everybody who has approved it since the last refusal
CREATE VIEW billing.run_words AS
SELECT
    r.month, r.purpose, l.approval_no, l.decision, l.by_name,
    ARRAY(
        SELECT a.by_name FROM billing.approvals a
        WHERE (a.month, a.purpose, a.digest, a.decision) = (r.month, r.purpose, r.digest, 'approved')
          AND a.approval_no > coalesce(
              (
                  SELECT max(x.approval_no) FROM billing.approvals x
                  WHERE (x.month, x.purpose, x.digest, x.decision) = (r.month, r.purpose, r.digest, 'rejected')
              ), 0
          )
        ORDER BY a.approval_no
    ) AS approved_by
FROM billing.runs r
LEFT JOIN LATERAL (
    SELECT a.approval_no, a.decision, a.by_name FROM billing.approvals a
    WHERE (a.month, a.purpose, a.digest) = (r.month, r.purpose, r.digest) ORDER BY a.approval_no DESC LIMIT 1
) l ON true;
GRANT SELECT ON billing.run_words TO fleetbill_app;
