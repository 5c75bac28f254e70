-- grain: file of the lake that a row names, relative to the lake
-- inputs: evidence.snapshots, evidence.sensor_lists, billing.evidence
-- rerun: reads only
SELECT path FROM evidence.snapshots
UNION
SELECT path FROM evidence.sensor_lists
UNION
SELECT vehicles_path FROM billing.evidence
ORDER BY 1
