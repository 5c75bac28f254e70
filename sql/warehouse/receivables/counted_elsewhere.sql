-- grain: document of money of which another base than one made a payment, of those asked for
-- inputs: receivables.onec_documents_now; :peer, :references (array)
-- rerun: reads only
SELECT DISTINCT CAST(reference AS text) AS reference
FROM receivables.onec_documents_now
WHERE reference = ANY(CAST(:references AS uuid[])) AND peer <> :peer AND payment_id IS NOT NULL AND NOT is_deleted
