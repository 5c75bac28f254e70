-- grain: vehicle of one platform-day that a contract of a part owns, with the reason why it counts (billed) or not
-- inputs: $path: its file; $shape: the columns; $platform_day_no; $part, and of its vehicles slice $slice of $slices; $first, $last: the
--   least and the greatest owner set of the part, by which row groups are left out; platform_days, owners, duplicates, frozen_parts
-- rerun: adds the platform-day once per call
INSERT INTO frozen_days
SELECT
    o.contract_index, p.platform, v.vehicle_id, v.name, v.plate, p.day_no,
    CASE
        WHEN v.billable_state = vehicle_state('deactivated') THEN 'deactivated'
        WHEN v.billable_state = vehicle_state('blocked') OR o.standing = standing('blocked') THEN 'blocked'
        WHEN d.vehicle_no IS NOT NULL THEN 'duplicate'
        WHEN o.is_connected OR is_used(v.has_message, v.online_minutes) THEN 'billed'
        ELSE 'unused'
    END AS reason
FROM read_parquet([$shape, $path], union_by_name = true) v
JOIN owners o ON o.platform_day_no = $platform_day_no AND o.account_no = v.account_no AND o.standing >= standing('blocked')
JOIN frozen_parts c ON c.contract_index = o.contract_index AND c.part = $part
JOIN platform_days p ON p.platform_day_no = $platform_day_no
LEFT JOIN duplicates d ON d.platform_day_no = $platform_day_no AND d.vehicle_no = v.vehicle_no
WHERE v.account_no BETWEEN $first AND $last AND ($slices = 1 OR hash(v.vehicle_id) % $slices = $slice)
