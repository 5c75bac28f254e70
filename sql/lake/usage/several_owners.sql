-- grain: platform-day × owner set of several accounts that lead to different contracts
-- inputs: several_sets (group_no, account_no, contracts), several_days (group_no, platform_day_no): days of a group have the same owners
-- rerun: starts anew
CREATE OR REPLACE TABLE several_owners AS
SELECT d.platform_day_no, s.account_no, s.contracts FROM several_days d JOIN several_sets s USING (group_no)
