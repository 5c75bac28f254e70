-- grain: day × text of a device that too many vehicles share; empty, filled by placeholder_texts
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE placeholder_texts (day_no INTEGER, device_key BIGINT, device_text VARCHAR)
