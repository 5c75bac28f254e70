-- grain: a person's word on one snapshot (accepted, withdrawn)
-- inputs: master.accounts, evidence.events, evidence.snapshots; of :contracts only days on which one of them has a valid account on the
--   platform; :everything; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'snapshots' AS sheet, concat_ws('|', ruling.platform, ruling.business_date, left(ruling.digest, 12)) AS key, ruling.event AS action,
    json_build_object('state', ruling.state_before)::text AS before,
    json_build_object('state', CASE ruling.event WHEN 'accepted' THEN 'landed' ELSE ruling.event END)::text AS after,
    ruling.by_name, ruling.reason, ruling.at
FROM (
    SELECT
        event.*, snapshot.platform, snapshot.business_date,
        replace(lag(event.event) OVER (PARTITION BY event.digest ORDER BY event.event_no), 'accepted', 'landed') AS state_before
    FROM evidence.events AS event
    JOIN evidence.snapshots AS snapshot USING (digest)
) AS ruling
WHERE ruling.event IN ('accepted', 'withdrawn')
    AND ruling.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND ruling.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (
        :everything
        OR EXISTS (
            SELECT FROM master.accounts AS mapping
            WHERE mapping.platform = ruling.platform AND mapping.contract_no = ANY(CAST(:contracts AS text[]))
                AND ruling.business_date BETWEEN mapping.valid_from AND coalesce(mapping.valid_to, 'infinity')
        )
    )
ORDER BY ruling.at, ruling.digest, ruling.event_no
