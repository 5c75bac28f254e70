-- grain: a person's word on silencing a finding, or letting it speak again
-- inputs: findings.mutings, findings.occurrences; of :contracts; :everything; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'mutings' AS sheet, concat_ws('|', m.kind, m.subject) AS key, CASE WHEN m.muted_until IS NULL THEN 'unmuted' ELSE 'muted' END AS action,
    json_build_object('muted_until', lag(m.muted_until) OVER (PARTITION BY m.kind, m.subject ORDER BY m.muting_no))::text AS before,
    json_build_object('muted_until', m.muted_until)::text AS after,
    m.by_name, m.reason, m.at
FROM findings.mutings m
WHERE m.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND m.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR EXISTS (
        SELECT FROM findings.occurrences o
        WHERE o.kind = m.kind AND o.subject = m.subject AND o.contract_no = ANY(CAST(:contracts AS text[]))
    ))
ORDER BY m.at, m.kind COLLATE "C", m.subject COLLATE "C", m.muting_no
