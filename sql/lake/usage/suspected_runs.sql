-- grain: vehicle × contract × run of days of the month on which it shares a plate, a VIN or nearly a device with others: a finding
-- inputs: suspected; contract_names; $first: the month's first day; $named: how many of the others a finding names
-- rerun: reads only; the words are those of the last day
WITH vehicles AS (
    SELECT subject, platform, contract_index, days_as_bits(day_no, true) AS seen, max(day_no) AS latest
    FROM suspected
    GROUP BY subject, platform, contract_index
), wanted AS (
    SELECT DISTINCT s.day_no, s.what, s.text
    FROM suspected s
    JOIN vehicles v ON v.subject = s.subject AND v.latest = s.day_no
), sharers AS (
    SELECT day_no, what, text, count(*) AS vehicles, min(subject, $named::BIGINT + 1) AS names
    FROM suspected
    SEMI JOIN wanted USING (day_no, what, text)
    GROUP BY day_no, what, text
), shared AS (
    SELECT
        v.subject, v.contract_index,
        list({what: g.what, text: g.text, others: g.others, more: g.vehicles - 1 - len(g.others)} ORDER BY g.what) AS shared
    FROM vehicles v
    JOIN (
        SELECT s.subject, s.day_no, g.what, g.text, g.vehicles, list_filter(g.names, lambda name: name <> s.subject)[1:$named] AS others
        FROM suspected s
        JOIN sharers g USING (day_no, what, text)
    ) g ON g.subject = v.subject AND g.day_no = v.latest
    GROUP BY v.subject, v.contract_index
), runs AS (
    SELECT v.*, s.shared, r.first_no, run_end(v.seen, r.first_no) AS last_no
    FROM vehicles v
    JOIN range(1, 32) r (first_no) ON begins_run(v.seen, r.first_no)
    JOIN shared s ON s.subject = v.subject AND s.contract_index = v.contract_index
)
SELECT
    'suspected_duplicate' AS kind, subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    platform, n.contract_no, 0 AS vehicle_days, to_json({shared: shared})::VARCHAR AS parameters
FROM runs
LEFT JOIN contract_names n USING (contract_index)
QUALIFY row_number() OVER (PARTITION BY subject, first_no ORDER BY n.contract_no) = 1
