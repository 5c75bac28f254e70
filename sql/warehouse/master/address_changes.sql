-- grain: change that a client's people asked for, the newest first
-- inputs: master.address_changes; :clients (empty: of all), :since (NULL: ever)
-- rerun: reads only
SELECT change_no, client_code, action, address, asked_by, asked_at, language, applied_at, stopped_at
FROM master.address_changes
WHERE (cardinality(CAST(:clients AS text[])) = 0 OR client_code = ANY (CAST(:clients AS text[])))
    AND asked_at >= coalesce(CAST(:since AS timestamptz), '-infinity')
ORDER BY change_no DESC
