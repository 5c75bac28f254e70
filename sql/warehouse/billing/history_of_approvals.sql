-- grain: a person's word on a run of a month (approved, rejected)
-- inputs: billing.approvals, billing.invoices; of :contracts only the words that approved, up to the last one, what was issued with an
--   invoice for one of them; :everything; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'approvals' AS sheet, concat_ws('|', to_char(month, 'YYYY-MM'), purpose, approval_no) AS key, decision AS action,
    CAST(NULL AS text) AS before,
    json_build_object('invoices', invoices, 'total', total::text, 'digest', digest)::text AS after,
    by_name, reason, at
FROM billing.approvals AS word
WHERE at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (
        :everything
        OR EXISTS (
            SELECT FROM billing.invoices AS invoice
            JOIN billing.approvals AS last_word USING (month, purpose, approval_no)
            WHERE invoice.contract_no = ANY(CAST(:contracts AS text[])) AND word.decision = 'approved'
                AND (last_word.month, last_word.purpose, last_word.digest) = (word.month, word.purpose, word.digest)
                AND word.approval_no <= last_word.approval_no
        )
    )
ORDER BY at, month, purpose, approval_no
