-- grain: vehicle of one platform-day that has several snapshots: the row of the latest one that lists it (domain.md §2.2)
-- inputs: $paths: the columns, and its files; day_files (filename, latest_is, first_account): rank and offset of each file's owner sets
-- rerun: reads only; has_message is true when any snapshot shows use, NULL when none could
SELECT
    * EXCLUDE (filename, latest_is, first_account)
    REPLACE (
        (account_no + first_account)::INTEGER AS account_no,
        (dense_rank() OVER (ORDER BY vehicle_id) - 1)::INTEGER AS vehicle_no,
        bool_or(has_message OR coalesce(online_minutes > 0, false)) OVER (PARTITION BY vehicle_id) AS has_message
    )
FROM read_parquet($paths, union_by_name = true, filename = true)
JOIN day_files USING (filename)
QUALIFY row_number() OVER (PARTITION BY vehicle_id ORDER BY latest_is DESC) = 1
ORDER BY account_no, vehicle_no
