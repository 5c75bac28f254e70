-- grain: vehicle that a contract owns × run of days without a message, long enough for its platform: a finding
-- inputs: silent_vehicles; contract_names (contract_index, contract_no); patience (platform, days); $first: the month's first day
-- rerun: reads only; a silence that began before the month is as long as its last message says
WITH runs AS (
    SELECT s.*, unnest(run_starts(s.silent)) AS first_no, unnest(run_ends(s.silent)) AS last_no FROM silent_vehicles s
)
SELECT
    'silent_device' AS kind, r.platform || '/' || r.vehicle_id AS subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    r.platform, n.contract_no, 0 AS vehicle_days, to_json({plate: r.plate, last_message_on: r.last_message_on})::VARCHAR AS parameters
FROM runs r
JOIN patience w USING (platform)
LEFT JOIN contract_names n USING (contract_index)
WHERE greatest(
    last_no - first_no + 1, CASE WHEN first_no = 1 AND last_message_on < $first::DATE THEN $first::DATE + last_no::INTEGER - 1 - last_message_on END
) >= w.days
QUALIFY row_number() OVER (PARTITION BY subject, first_no ORDER BY n.contract_no) = 1
