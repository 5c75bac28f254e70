-- grain: document of money of an entity that was read before, is dated before a moment and has a finding: it is not counted as it is there
-- inputs: delivery.onec_read, findings.occurrences; :peer, :entity, :since
-- rerun: reads only
SELECT CAST(r.reference AS text) AS reference, r.data_version
FROM delivery.onec_read r
WHERE r.peer = :peer AND r.entity = :entity AND r.dated < :since AND NOT r.is_gone
    AND EXISTS (
        SELECT FROM findings.occurrences f WHERE f.kind = 'onec_not_counted' AND f.subject = r.peer || '/' || CAST(r.reference AS text)
    )
ORDER BY r.reference
