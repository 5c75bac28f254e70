-- Takes the table away; refused where it holds accounts, whose history would stay without its rows.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.bank_accounts) THEN
        RAISE EXCEPTION 'master.bank_accounts is not empty: retire its rows first';
    END IF;
END
$$;
DROP TABLE master.bank_accounts;
