-- grain: outgoing payment × a person's word on it: which payment it gives back (payment_id NULL: none); the last one counts; append-only
CREATE TABLE receivables.refund_words (
    reversal_id text NOT NULL REFERENCES receivables.payments,
    word_no integer NOT NULL,
    payment_id text REFERENCES receivables.payments,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (reversal_id, word_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON receivables.refund_words
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON receivables.refund_words TO fleetbill_app;

-- grain: outgoing payment that gives nothing back, by a person's last word
CREATE VIEW receivables.no_refunds AS
SELECT reversal_id AS payment_id, by_name, reason, at
FROM (SELECT DISTINCT ON (reversal_id) * FROM receivables.refund_words ORDER BY reversal_id, word_no DESC) last_word
WHERE last_word.payment_id IS NULL;
GRANT SELECT ON receivables.no_refunds TO fleetbill_app;
