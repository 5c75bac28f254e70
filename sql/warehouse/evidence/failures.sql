-- grain: one failed expectation at one row of a snapshot
-- inputs: evidence.failures; :digest
-- rerun: reads only
SELECT severity, expectation, column_name, row_key, value, detail, note, cannot_be_accepted
FROM evidence.failures
WHERE digest = :digest
ORDER BY failure_no
