-- Takes the holds back; refused where somebody has said one: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM billing.holds) THEN
        RAISE EXCEPTION 'billing.holds is not empty: what was said is not dropped';
    END IF;
END
$$;
DROP VIEW billing.run_words, billing.held;
DROP TABLE billing.holds;
DROP TRIGGER counted_up ON billing.numbers;
DROP FUNCTION billing.refuse_other_number();
