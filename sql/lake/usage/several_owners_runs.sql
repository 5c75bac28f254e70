-- grain: active vehicle × contract × run of days of the month on which its owners lead to several contracts: a finding
-- inputs: $paths: the columns, and the files of days with such vehicles; day_paths (filename, platform_day_no, platform, day_no, set_no);
--   several_owners (platform_day_no, account_no, contracts); owner_sets (set_no, account_no, accounts); owners; contract_names;
--   $first: the month's first day; $first_set, $last_set: the least and the greatest of these owner sets, by which row groups are left out
-- rerun: reads only
WITH vehicles AS (
    SELECT
        p.platform, v.vehicle_id, o.contract_index, days_as_bits(p.day_no, true) AS seen,
        arg_max({accounts: s.accounts, contracts: w.contracts}, p.day_no) AS latest
    FROM read_parquet($paths, union_by_name = true, filename = true) v
    JOIN day_paths p USING (filename)
    JOIN several_owners w USING (platform_day_no, account_no)
    JOIN owners o USING (platform_day_no, account_no)
    JOIN owner_sets s ON s.set_no = p.set_no AND s.account_no = v.account_no
    WHERE v.billable_state = vehicle_state('active') AND v.account_no BETWEEN $first_set AND $last_set
    GROUP BY p.platform, v.vehicle_id, o.contract_index
), runs AS (
    SELECT v.*, r.first_no, run_end(v.seen, r.first_no) AS last_no
    FROM vehicles v
    JOIN range(1, 32) r (first_no) ON begins_run(v.seen, r.first_no)
)
SELECT
    'several_owners' AS kind, platform || '/' || vehicle_id AS subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    platform, n.contract_no, 0 AS vehicle_days, to_json(latest)::VARCHAR AS parameters
FROM runs
LEFT JOIN contract_names n USING (contract_index)
QUALIFY row_number() OVER (PARTITION BY subject, first_no ORDER BY n.contract_no) = 1
