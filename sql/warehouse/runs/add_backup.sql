-- grain: backup that was written whole
-- inputs: :taken_at, :files, :bytes, :missing
-- rerun: one more row for one more backup
INSERT INTO runs.backups (taken_at, files, bytes, missing) VALUES (:taken_at, :files, :bytes, :missing)
