-- grain: a person's word on holding a contract back from a month, or releasing it
-- inputs: billing.holds; of :contracts; :everything; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'holds' AS sheet, concat_ws('|', to_char(month, 'YYYY-MM'), contract_no) AS key, CASE WHEN is_held THEN 'held' ELSE 'released' END AS action,
    json_build_object('is_held', NOT is_held)::text AS before,
    json_build_object('is_held', is_held)::text AS after,
    by_name, reason, at
FROM billing.holds
WHERE at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR contract_no = ANY(CAST(:contracts AS text[])))
ORDER BY at, month, contract_no COLLATE "C", hold_no
