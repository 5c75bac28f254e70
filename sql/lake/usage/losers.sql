-- grain: vehicle-day that lost its device, with the winner
-- inputs: duplicates
-- rerun: reads only
SELECT platform_day_no, vehicle_no, account_no, winner_platform_day_no, winner_vehicle_no FROM duplicates ORDER BY platform_day_no, vehicle_no
