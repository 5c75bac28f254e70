-- grain: vehicle-day that lost its device to another vehicle that day (domain.md §3.2), with the winner
-- inputs: same_device; placeholder_texts: left out; platform_days (platform_day_no, day_no, platform, carried_since, carried_by); owners
--   (platform_day_no, account_no, standing)
-- rerun: adds those of same_device once per call. A vehicle under a blocked account ranks as blocked; platforms and vehicles rank by
--   bytes; a carried message of the day that is carried stands at the same time of the later day, an older one where it was
INSERT INTO duplicates BY NAME
SELECT
    v.platform_day_no, v.vehicle_no, v.account_no, v.billable_state, v.is_used, COLUMNS('^(online_minutes|meter_.+)$'),
    first_value(v.platform_day_no) OVER by_rank AS winner_platform_day_no,
    first_value(v.vehicle_no) OVER by_rank AS winner_vehicle_no
FROM same_device v
JOIN platform_days p USING (platform_day_no)
JOIN owners o USING (platform_day_no, account_no)
ANTI JOIN placeholder_texts t ON t.day_no = p.day_no AND t.device_key = v.device_key AND t.device_text = v.device_text
WINDOW by_rank AS (
    PARTITION BY p.day_no, v.device_key, v.device_text
    ORDER BY
        (v.billable_state <> vehicle_state('active') OR o.standing = standing('blocked')), v.is_clone,
        CASE WHEN v.last_message_at >= p.carried_since THEN v.last_message_at + p.carried_by ELSE v.last_message_at END DESC NULLS LAST,
        p.platform, v.vehicle_no
)
QUALIFY row_number() OVER by_rank > 1
