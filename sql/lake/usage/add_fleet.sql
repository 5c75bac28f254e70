-- grain: one platform-day × owner set × used or not: active vehicles with their sums
-- inputs: $path: its file; $shape: the columns; $platform_day_no; $owner_sets: those that are counted (NULL: all); $first, $last: the
--   least and the greatest of them, by which row groups are left out
-- rerun: adds the platform-day once per call
INSERT INTO fleets BY NAME
SELECT $platform_day_no::INTEGER AS platform_day_no, account_no, is_used, count(*)::INTEGER AS vehicles,
    sum(COLUMNS('^(online_minutes|meter_.+)$')) AS '\1'
FROM (
    SELECT account_no, is_used(has_message, online_minutes) AS is_used,
        COLUMNS('^(online_minutes|meter_.+)$')
    FROM read_parquet([$shape, $path], union_by_name = true)
    WHERE billable_state = vehicle_state('active')
      AND account_no BETWEEN $first AND $last
      AND ($owner_sets IS NULL OR list_contains($owner_sets, account_no))
)
GROUP BY account_no, is_used
