-- grain: one platform-day × owner set × used or not: active vehicles with their sums
-- inputs: $path: its file; $shape: the columns; $part_no
-- rerun: adds the platform-day once per call
INSERT INTO fleets BY NAME
SELECT $part_no::INTEGER AS part_no, account_no, is_used, count(*)::INTEGER AS vehicles,
    sum(COLUMNS('^(online_minutes|meter_.+)$')) AS '\1'
FROM (
    SELECT account_no, coalesce(has_message, false) OR coalesce(online_minutes > 0, false) AS is_used,
        COLUMNS('^(online_minutes|meter_.+)$')
    FROM read_parquet([$shape, $path], union_by_name = true)
    WHERE billable_state = 1
)
GROUP BY account_no, is_used
