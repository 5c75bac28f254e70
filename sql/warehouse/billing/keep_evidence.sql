-- grain: approved run
-- inputs: :month, :purpose, :approval_no, :tariffs, :snapshots (JSON), :vehicles_path, :vehicles_digest
-- rerun: in the issuing transaction only
INSERT INTO billing.evidence (month, purpose, approval_no, tariffs, snapshots, vehicles_path, vehicles_digest)
VALUES (:month, :purpose, :approval_no, CAST(:tariffs AS jsonb), CAST(:snapshots AS jsonb), :vehicles_path, :vehicles_digest)
