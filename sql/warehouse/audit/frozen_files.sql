-- grain: file of vehicles that issued invoices rest on, with the sha256 of its bytes
-- inputs: billing.evidence
-- rerun: reads only
SELECT DISTINCT vehicles_path, vehicles_digest
FROM billing.evidence
ORDER BY vehicles_path
