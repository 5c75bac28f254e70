-- grain: active vehicle × run of days of the month without a message, on which no contract in force owned it: a finding
-- inputs: unpaid_vehicles; contract_names (contract_index, contract_no); $first: the month's first day
-- rerun: reads only
WITH runs AS (
    SELECT u.*, n.contract_no, r.first_no, run_end(u.silent, r.first_no) AS last_no
    FROM unpaid_vehicles u
    JOIN range(1, 32) r (first_no) ON begins_run(u.silent, r.first_no)
    LEFT JOIN contract_names n USING (contract_index)
)
SELECT
    'silent_unbilled' AS kind, platform || '/' || vehicle_id AS subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    platform, contract_no, 0 AS vehicle_days, to_json({plate: latest.plate, is_used: false})::VARCHAR AS parameters
FROM runs
QUALIFY row_number() OVER (PARTITION BY subject, first_no ORDER BY contract_no) = 1
