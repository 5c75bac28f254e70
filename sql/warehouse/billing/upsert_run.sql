-- grain: month × purpose
-- inputs: :month, :purpose, :watched_on, :only_contract, :digest, :nothing, :at
-- rerun: an unchanged run keeps its row as it is
INSERT INTO billing.runs (month, purpose, watched_on, only_contract, digest, nothing, drafted_at)
VALUES (:month, :purpose, :watched_on, :only_contract, :digest, :nothing, :at)
ON CONFLICT (month, purpose) DO UPDATE SET
    watched_on = excluded.watched_on, only_contract = excluded.only_contract, digest = excluded.digest, nothing = excluded.nothing, drafted_at = excluded.drafted_at
WHERE runs.digest <> excluded.digest
