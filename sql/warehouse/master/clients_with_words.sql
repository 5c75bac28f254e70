-- grain: client whose people have changed its addresses in the cabinet
-- inputs: master.address_changes
-- rerun: reads only
SELECT DISTINCT client_code FROM master.address_changes WHERE applied_at IS NOT NULL
