-- grain: a person's word on a run
-- inputs: billing.approvals, billing.drafts; :month, :purpose, :decision, :digest, :by, :reason, :at
-- rerun: called once per word; numbered after the last one
INSERT INTO billing.approvals (month, purpose, approval_no, decision, digest, by_name, reason, at, invoices, total)
SELECT
    :month, :purpose,
    (SELECT coalesce(max(approval_no), 0) + 1 FROM billing.approvals WHERE month = :month AND purpose = :purpose),
    :decision, :digest, :by, :reason, :at, count(*), coalesce(sum(d.total), 0)
FROM billing.drafts d
WHERE d.month = :month AND d.purpose = :purpose AND NOT d.discarded
