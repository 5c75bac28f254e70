-- Takes the pages back; refused where one is kept: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM documents.approved_pages) THEN
        RAISE EXCEPTION 'documents.approved_pages is not empty: what was approved is not dropped';
    END IF;
END
$$;
DROP SCHEMA documents CASCADE;
