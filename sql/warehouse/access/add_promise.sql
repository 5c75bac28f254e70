-- grain: promise of payment, numbered per organization and client
-- inputs: access.promises; :organization_code, :client_code, :until, :by_name, :reason, :at
-- rerun: under the lock of `lock`; an equal one as the last adds nothing
INSERT INTO access.promises (organization_code, client_code, promise_no, until, by_name, reason, at)
SELECT :organization_code, :client_code, coalesce(max(promise_no), 0) + 1, CAST(:until AS date), :by_name, :reason, CAST(:at AS timestamptz)
FROM access.promises WHERE (organization_code, client_code) = (:organization_code, :client_code)
HAVING (
    SELECT (until, by_name, reason) FROM access.promises
    WHERE (organization_code, client_code) = (:organization_code, :client_code) ORDER BY promise_no DESC LIMIT 1
) IS DISTINCT FROM (CAST(:until AS date), CAST(:by_name AS text), CAST(:reason AS text))
