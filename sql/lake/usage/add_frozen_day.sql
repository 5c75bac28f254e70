-- grain: vehicle of one platform-day that a chosen contract owns, with the reason why it counts (1) or not (2 unused, 3 deactivated, 4
--   blocked, 5 duplicate)
-- inputs: $path: its file; $shape: the columns; $part_no; parts, owners, duplicates, frozen_contracts
-- rerun: adds the platform-day once per call
INSERT INTO frozen_days
SELECT
    o.contract_index, p.platform, v.vehicle_id, v.name, v.plate, p.day_no,
    CASE
        WHEN v.billable_state = 2 THEN 3
        WHEN v.billable_state = 3 OR o.standing = 2 THEN 4
        WHEN d.vehicle_no IS NOT NULL THEN 5
        WHEN o.is_connected OR coalesce(v.has_message, false) OR coalesce(v.online_minutes > 0, false) THEN 1
        ELSE 2
    END AS reason
FROM read_parquet([$shape, $path], union_by_name = true) v
JOIN owners o ON o.part_no = $part_no AND o.account_no = v.account_no AND o.standing >= 2
JOIN frozen_contracts USING (contract_index)
JOIN parts p ON p.part_no = $part_no
LEFT JOIN duplicates d ON d.part_no = $part_no AND d.vehicle_no = v.vehicle_no
