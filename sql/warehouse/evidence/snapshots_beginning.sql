-- grain: registered snapshots whose digest begins as given
-- inputs: evidence.snapshots; :beginning (lower-case hex)
-- rerun: reads only
SELECT digest, platform, business_date, state
FROM evidence.snapshots
WHERE starts_with(digest, :beginning)
ORDER BY digest
LIMIT 3
