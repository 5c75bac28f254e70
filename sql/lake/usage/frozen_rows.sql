-- grain: contract × vehicle of the month, in the order of the file
-- inputs: frozen
-- rerun: reads only
FROM frozen ORDER BY contract_no, platform, vehicle_id
