-- grain: vehicle-day whose device its only snapshot of the day lists more than once
-- inputs: $paths: files made by repeated_rows; repeated_files (filename, platform_day_no)
-- rerun: adds them once per call
INSERT INTO same_device BY NAME
SELECT r.* EXCLUDE (filename), f.platform_day_no
FROM read_parquet($paths, union_by_name = true, filename = true) r
JOIN repeated_files f USING (filename)
