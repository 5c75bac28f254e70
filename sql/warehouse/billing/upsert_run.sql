-- grain: month × purpose; inputs: :month, :purpose, :digest, :nothing, :at
-- rerun: an unchanged run keeps its row as it is
INSERT INTO billing.runs (month, purpose, digest, nothing, drafted_at) VALUES (:month, :purpose, :digest, :nothing, :at)
ON CONFLICT (month, purpose) DO UPDATE SET digest = excluded.digest, nothing = excluded.nothing, drafted_at = excluded.drafted_at
WHERE runs.digest <> excluded.digest
