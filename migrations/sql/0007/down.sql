-- Takes the words on refunds back; refused where somebody has said one: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM receivables.refund_words) THEN
        RAISE EXCEPTION 'receivables.refund_words is not empty: what was said is not dropped';
    END IF;
END
$$;
DROP VIEW receivables.no_refunds;
DROP TABLE receivables.refund_words;
