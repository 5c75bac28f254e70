-- Takes the tables away; refused where they hold rows of master data, whose history would stay without them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.consumers) OR EXISTS (SELECT FROM master.crm_fields) THEN
        RAISE EXCEPTION 'master.consumers or master.crm_fields is not empty: retire its rows first';
    END IF;
END
$$;
DROP TABLE master.consumers, master.crm_fields;
DROP SCHEMA exports CASCADE;
