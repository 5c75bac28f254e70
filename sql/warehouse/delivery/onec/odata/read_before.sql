-- grain: document of money, counterparty or contract of an entity that was read before and is dated at or after a moment
-- inputs: delivery.onec_read; :peer, :entity, :since
-- rerun: reads only
SELECT CAST(reference AS text) AS reference, data_version
FROM delivery.onec_read
WHERE peer = :peer AND entity = :entity AND dated >= :since AND NOT is_gone
ORDER BY reference
