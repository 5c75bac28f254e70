-- grain: platform account that we have ever ordered something for: the day of the last order
-- inputs: access.orders
-- rerun: reads only
SELECT platform, target_id AS account_id, max(effective_on) AS last_day
FROM access.orders WHERE target = 'account' GROUP BY platform, target_id
