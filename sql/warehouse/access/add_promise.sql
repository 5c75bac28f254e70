-- grain: promise of payment, numbered per organization and client
-- inputs: access.promises; :organization_code, :client_code, :until, :instalments and :covers (JSON; NULL: one day), :by_name, :reason, :at
-- rerun: under the lock of `lock`; an equal one as the last adds nothing
INSERT INTO access.promises (organization_code, client_code, promise_no, until, instalments, covers, by_name, reason, at)
SELECT
    :organization_code, :client_code, coalesce(max(promise_no), 0) + 1, CAST(:until AS date), CAST(:instalments AS jsonb),
    CAST(:covers AS jsonb), :by_name, :reason, CAST(:at AS timestamptz)
FROM access.promises WHERE (organization_code, client_code) = (:organization_code, :client_code)
HAVING (
    SELECT (until, instalments, by_name, reason) FROM access.promises
    WHERE (organization_code, client_code) = (:organization_code, :client_code) ORDER BY promise_no DESC LIMIT 1
) IS DISTINCT FROM (CAST(:until AS date), CAST(:instalments AS jsonb), CAST(:by_name AS text), CAST(:reason AS text))
