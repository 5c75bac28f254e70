-- Takes the words on allocations back; refused where somebody has said one: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM receivables.allocation_words) THEN
        RAISE EXCEPTION 'receivables.allocation_words is not empty: what was said is not dropped';
    END IF;
END
$$;
DROP VIEW receivables.allocation_words_now;
DROP TABLE receivables.allocation_words;
