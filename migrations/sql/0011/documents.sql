-- What people were shown, and when the finance workbooks were written.
CREATE SCHEMA documents;

-- grain: person's approval of a run, with the page of what was approved; append-only
CREATE TABLE documents.approved_pages (
    month date NOT NULL,
    purpose text NOT NULL,
    approval_no integer NOT NULL,
    subject text NOT NULL,                   -- one line
    facts text NOT NULL,                     -- Markdown, as the approval page had it
    PRIMARY KEY (month, purpose, approval_no),
    FOREIGN KEY (month, purpose, approval_no) REFERENCES billing.approvals
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON documents.approved_pages
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- grain: month whose finance workbook lies in the store, with how much of the ledger it has seen; overwritten when it is written anew
CREATE TABLE documents.workbooks (
    month date PRIMARY KEY,
    written_at timestamptz NOT NULL,
    month_entries bigint NOT NULL,           -- payments of the month, and allocations to its invoices
    all_entries bigint NOT NULL              -- payments and allocations of all months
);

GRANT USAGE ON SCHEMA documents TO fleetbill_app;
GRANT SELECT, INSERT ON documents.approved_pages TO fleetbill_app;
GRANT SELECT, INSERT, UPDATE ON documents.workbooks TO fleetbill_app;
