-- grain: the first change of addresses of which no letter was handed over, and that nobody else is telling; none where all are told
-- inputs: master.address_changes
-- rerun: takes the lock of the row again
SELECT change_no, client_code, action, address, asked_by, asked_at, language, applied_at, stopped_at
FROM master.address_changes
WHERE told_at IS NULL
ORDER BY change_no
LIMIT 1
FOR UPDATE SKIP LOCKED
