-- grain: one device key: whether it is that of an IMEI (pipelines.evidence.keys)
-- inputs: device key
-- rerun: replaces the macro
CREATE OR REPLACE MACRO is_imei(device_key) AS device_key >= 0 AND device_key < 100000000000000
