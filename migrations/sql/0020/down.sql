-- Takes the table away; refused where it holds rows of master data, whose history would stay without them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.ladder) THEN
        RAISE EXCEPTION 'master.ladder is not empty: retire its rows first';
    END IF;
END
$$;
DROP TABLE master.ladder;
DROP INDEX delivery.mail_outbox_waiting;
