-- grain: active vehicle × run of days of the month on which no contract in force owned it: a finding
-- inputs: unpaid_vehicles; lost_devices: duplicates, whose service the winner pays; owner_sets (set_no, account_no, accounts);
--   contract_names (contract_index, contract_no); $first: the month's first day
-- rerun: reads only; vehicle_days: days of the run with a message, on which no other vehicle is billed for the device
WITH of_vehicles AS (
    SELECT
        u.*, u.seen & ~u.silent & ~coalesce(l.seen, 0)::UINTEGER AS unpaid, n.contract_no, coalesce(s.accounts, []) AS accounts
    FROM unpaid_vehicles u
    LEFT JOIN (SELECT platform, vehicle_id, bit_or(seen) AS seen FROM lost_devices GROUP BY platform, vehicle_id) l USING (platform, vehicle_id)
    LEFT JOIN contract_names n USING (contract_index)
    LEFT JOIN owner_sets s ON s.set_no = u.latest.set_no AND s.account_no = u.latest.account_no
), runs AS (
    SELECT v.*, r.first_no, run_end(v.seen, r.first_no) AS last_no
    FROM of_vehicles v
    JOIN range(1, 32) r (first_no) ON begins_run(v.seen, r.first_no)
)
SELECT
    CASE standing WHEN standing('orphan') THEN 'orphan' ELSE 'out_of_contract' END AS kind,
    platform || '/' || vehicle_id AS subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    platform, contract_no, days_within(unpaid, first_no, last_no) AS vehicle_days,
    to_json({accounts: accounts, contract: contract_no, plate: latest.plate, is_used: latest.is_used})::VARCHAR AS parameters
FROM runs
QUALIFY row_number() OVER (PARTITION BY kind, subject, first_no ORDER BY contract_no) = 1
