-- grain: peer that is due to be asked for our clients and contracts, none where it was asked since :before
-- inputs: :peer, :at, :before
-- rerun: no row
UPDATE delivery.onec_peers SET catalogues_at = :at
WHERE peer = :peer AND (catalogues_at IS NULL OR catalogues_at <= CAST(:before AS timestamptz))
RETURNING peer
