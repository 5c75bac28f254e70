-- grain: vehicle that a contract owns × run of days without a message, long enough for its platform: a finding
-- inputs: silent_vehicles; contract_names (contract_index, contract_no); patience (platform, days); $first: the month's first day
-- rerun: reads only; a silence that began before the month, or before a day that is not known, is as long as its last message says;
--   found_on: the day on which it was long enough; vehicle_days: the silent days, on which nothing could be earned
WITH runs AS (
    SELECT s.*, r.first_no, run_end(s.silent, r.first_no) AS last_no
    FROM silent_vehicles s
    JOIN range(1, 32) r (first_no) ON begins_run(s.silent, r.first_no)
), dated AS (
    SELECT
        r.*, w.days, $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
        least(last_message_on, $first::DATE + (first_no - 2)::INTEGER) AS spoke_on
    FROM runs r
    JOIN patience w USING (platform)
)
SELECT
    'silent_device' AS kind, d.platform || '/' || d.vehicle_id AS subject, d.first_day, d.last_day,
    d.platform, n.contract_no, (last_no - first_no + 1)::INTEGER AS vehicle_days,
    to_json({plate: d.plate, last_message_on: d.last_message_on, found_on: spoke_on + d.days})::VARCHAR AS parameters
FROM dated d
LEFT JOIN contract_names n USING (contract_index)
WHERE last_day >= spoke_on + d.days
QUALIFY row_number() OVER (PARTITION BY subject, first_no ORDER BY n.contract_no) = 1
