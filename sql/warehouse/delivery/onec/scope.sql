-- grain: organization whose books the peer keeps, with the peer's first day; all for the peer of the settings while nobody declares it
-- inputs: master.organizations, master.peers, delivery.onec_scopes; :peer
-- rerun: reads only
SELECT o.code, s.from_date
FROM master.organizations o
LEFT JOIN delivery.onec_scopes s ON s.peer = :peer AND s.organization_code = o.code
WHERE s.peer IS NOT NULL OR NOT EXISTS (SELECT FROM master.peers p WHERE p.peer = :peer)
ORDER BY o.code
