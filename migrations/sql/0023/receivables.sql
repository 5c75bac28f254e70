-- grain: payment × a person's word on what it pays; the last one holds; append-only
CREATE TABLE receivables.allocation_words (
    payment_id text NOT NULL REFERENCES receivables.payments,
    word_no integer NOT NULL,
    pays jsonb NOT NULL,                          -- [[number, amount], …]; []: nothing, and no rule is asked
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (payment_id, word_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.allocation_words
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- grain: payment with the word on it that holds
CREATE VIEW receivables.allocation_words_now AS
SELECT DISTINCT ON (payment_id) payment_id, word_no, pays, by_name, reason, at
FROM receivables.allocation_words ORDER BY payment_id, word_no DESC;
GRANT SELECT, INSERT ON receivables.allocation_words TO fleetbill_app;
GRANT SELECT ON receivables.allocation_words_now TO fleetbill_app;
