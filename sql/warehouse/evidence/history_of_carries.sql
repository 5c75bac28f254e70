-- grain: platform × day whose usage a person carries forward
-- inputs: master.accounts, evidence.carries, evidence.snapshots, evidence.events; of :contracts only days on which one of them has a
--   valid account on the platform; :everything; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'carries' AS sheet, concat_ws('|', carry.platform, carry.business_date) AS key, 'carried' AS action,
    json_build_object('status', CASE WHEN quarantine.is_there THEN 'quarantined' ELSE 'missing' END)::text AS before,
    json_build_object('status', 'carried')::text AS after,
    carry.by_name, carry.reason, carry.at
FROM evidence.carries AS carry
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM evidence.snapshots AS snapshot
        JOIN evidence.events AS event USING (digest)
        WHERE snapshot.platform = carry.platform AND snapshot.business_date = carry.business_date
            AND event.event = 'quarantined' AND event.at <= carry.at
    )
) AS quarantine (is_there)
WHERE carry.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND carry.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (
        :everything
        OR EXISTS (
            SELECT FROM master.accounts AS mapping
            WHERE mapping.platform = carry.platform AND mapping.contract_no = ANY(CAST(:contracts AS text[]))
                AND carry.business_date BETWEEN mapping.valid_from AND coalesce(mapping.valid_to, 'infinity')
        )
    )
ORDER BY carry.at, carry.platform COLLATE "C", carry.business_date
