-- grain: vehicle-day that lost its device, with the winner
-- inputs: duplicates
-- rerun: reads only
SELECT part_no, vehicle_no, account_no, winner_part_no, winner_vehicle_no FROM duplicates ORDER BY part_no, vehicle_no
