-- Takes questions and answers back; refused where somebody has been asked: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM billing.questions) THEN
        RAISE EXCEPTION 'billing.questions is not empty: what was asked is not dropped';
    END IF;
END
$$;
DROP TABLE billing.answers;
DROP TABLE billing.questions;
