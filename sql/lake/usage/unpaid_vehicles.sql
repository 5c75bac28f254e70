-- grain: active vehicle × standing × contract of the month, on days on which no contract in force owned it: the days, those without a
--   message, and what was last seen of it
-- inputs: $paths: the columns, and the files of days with such vehicles; day_paths (filename, platform_day_no, platform, day_no, set_no);
--   owners (platform_day_no, account_no, standing, contract_index); $first_set, $last_set: the least and the greatest owner set that any of
--   these days has of them, by which row groups are left out
-- rerun: starts anew
CREATE OR REPLACE TABLE unpaid_vehicles AS
SELECT
    p.platform, v.vehicle_id, o.standing, o.contract_index,
    days_as_bits(p.day_no, true) AS seen,
    days_as_bits(p.day_no, NOT v.is_used) AS silent,
    arg_max({set_no: p.set_no, account_no: v.account_no, plate: v.plate, is_used: v.is_used}, p.day_no) AS latest
FROM (
    SELECT filename, vehicle_id, account_no, plate, is_used(has_message, online_minutes) AS is_used
    FROM read_parquet($paths, union_by_name = true, filename = true)
    WHERE billable_state = vehicle_state('active') AND account_no BETWEEN $first_set AND $last_set
) v
JOIN day_paths p USING (filename)
JOIN owners o USING (platform_day_no, account_no)
WHERE o.standing <= standing('out_of_contract')
GROUP BY p.platform, v.vehicle_id, o.standing, o.contract_index
