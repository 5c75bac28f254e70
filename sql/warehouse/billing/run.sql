-- grain: month × purpose, with the last word of a person on exactly this digest; inputs: :month, :purpose
-- rerun: reads only
SELECT r.digest, r.watched_on, r.only_contract, r.nothing, r.drafted_at, a.approval_no, a.decision, a.by_name
FROM billing.runs r
LEFT JOIN LATERAL (
    SELECT approval_no, decision, by_name, digest FROM billing.approvals
    WHERE (month, purpose) = (r.month, r.purpose) ORDER BY approval_no DESC LIMIT 1
) a ON a.digest = r.digest
WHERE r.month = :month AND r.purpose = :purpose
