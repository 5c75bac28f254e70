-- grain: failed expectation × failing row of a snapshot's last judgement
-- inputs: evidence.current_failures; :digest
-- rerun: reads only
SELECT severity, expectation, column_name, row_key, value, detail, note, cannot_be_accepted, is_comparison
FROM evidence.current_failures
WHERE digest = :digest
ORDER BY failure_no
