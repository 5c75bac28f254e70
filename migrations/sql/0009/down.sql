-- Takes back which accounts the imported files tell of; refused where files were imported since: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM receivables.imported_accounts) THEN
        RAISE EXCEPTION 'receivables.imported_accounts is not empty: what was imported is not dropped';
    END IF;
END
$$;
DROP TABLE receivables.imported_accounts;
