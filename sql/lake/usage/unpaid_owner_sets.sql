-- grain: platform-day × owner set that lists active vehicles, and that no contract in force owns
-- inputs: fleets; owners (platform_day_no, account_no, standing)
-- rerun: starts anew
CREATE OR REPLACE TABLE unpaid_owner_sets AS
SELECT DISTINCT f.platform_day_no, f.account_no
FROM fleets f
JOIN owners o USING (platform_day_no, account_no)
WHERE o.standing <= standing('out_of_contract')
