-- grain: vehicle × contract of the month that lost its device to another vehicle: the days, and the winner of the last
-- inputs: lost_parts
-- rerun: starts anew
CREATE OR REPLACE TABLE lost_devices AS
SELECT platform, vehicle_id, contract_index, bit_or(seen) AS seen, arg_max(winner, last_no) AS winner
FROM lost_parts
GROUP BY platform, vehicle_id, contract_index
