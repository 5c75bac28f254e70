-- Takes the table away; refused where it holds rows of master data, whose history would stay without them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.peers) THEN
        RAISE EXCEPTION 'master.peers is not empty: retire its rows first';
    END IF;
END
$$;
DROP VIEW delivery.onec_scopes;
DROP TABLE master.peers;
ALTER TABLE delivery.onec_peers DROP COLUMN heard_at;
