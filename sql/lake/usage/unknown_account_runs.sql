-- grain: account × run of days of the month on which it held active vehicles and led to no contract: a finding
-- inputs: fleets; owners (platform_day_no, account_no, standing): orphans alone; platform_days (platform_day_no, day_no, platform);
--   day_paths (platform_day_no, set_no); owner_sets (set_no, account_no, accounts); $first: the month's first day
-- rerun: reads only; vehicle_days: those with a message
WITH account_days AS (
    SELECT
        p.platform, a.account, p.day_no, sum(a.vehicles)::INTEGER AS vehicles,
        coalesce(sum(a.vehicles) FILTER (WHERE a.is_used), 0)::INTEGER AS used
    FROM (
        SELECT f.platform_day_no, f.is_used, f.vehicles, unnest(s.accounts) AS account
        FROM fleets f
        JOIN owners o USING (platform_day_no, account_no)
        JOIN day_paths d USING (platform_day_no)
        JOIN owner_sets s ON s.set_no = d.set_no AND s.account_no = f.account_no
        WHERE o.standing = standing('orphan')
    ) a
    JOIN platform_days p USING (platform_day_no)
    GROUP BY p.platform, a.account, p.day_no
), numbered AS (
    SELECT *, day_no - row_number() OVER (PARTITION BY platform, account ORDER BY day_no) AS run_no FROM account_days
)
SELECT
    'unknown_account' AS kind, platform || '/' || account AS subject,
    $first::DATE + (min(day_no) - 1)::INTEGER AS first_day, $first::DATE + (max(day_no) - 1)::INTEGER AS last_day,
    platform, NULL::VARCHAR AS contract_no, sum(used)::INTEGER AS vehicle_days,
    to_json({vehicles: arg_max(vehicles, day_no)})::VARCHAR AS parameters
FROM numbered
GROUP BY platform, account, run_no
