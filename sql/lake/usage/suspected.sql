-- grain: day × equal plate or VIN × vehicle, where several vehicles that are no duplicates by device share it
-- inputs: look_alikes; duplicates: left out; parts (part_no, platform, day_no); owners: blocked ones left out
-- rerun: reads only
WITH kept AS (
    SELECT p.day_no, v.part_no, v.account_no, p.platform || '/' || v.vehicle_id AS subject, v.plate_key, v.vin_key
    FROM look_alikes v
    JOIN parts p USING (part_no)
    JOIN owners o USING (part_no, account_no)
    WHERE o.standing <> 2
      AND NOT EXISTS (SELECT 1 FROM duplicates d WHERE d.part_no = v.part_no AND d.vehicle_no = v.vehicle_no)
), shared AS (
    SELECT day_no, part_no, account_no, subject, 'plate' AS what, plate_key AS text FROM kept WHERE plate_key IS NOT NULL
    UNION ALL
    SELECT day_no, part_no, account_no, subject, 'vin', vin_key FROM kept WHERE vin_key IS NOT NULL
)
SELECT day_no, part_no, account_no, subject, what, text, list(subject ORDER BY subject) OVER (PARTITION BY day_no, what, text) AS subjects
FROM shared
QUALIFY count(*) OVER (PARTITION BY day_no, what, text) > 1
ORDER BY day_no, subject, what
