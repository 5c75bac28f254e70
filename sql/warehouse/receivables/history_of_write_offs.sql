-- grain: a person's word that a debt is written off, or that this is taken back
-- inputs: receivables.write_offs, receivables.payments; :everything or those of :clients; from :since to before :until (NULL: no bound)
-- rerun: reads only. `written_off`: of the debt, before and after
SELECT
    'write_offs' AS sheet, w.number AS key, CASE WHEN w.amount > 0 THEN 'written off' ELSE 'undone' END AS action,
    json_build_object('written_off', (w.reaches - w.amount)::text)::text AS before,
    json_build_object('written_off', w.reaches::text)::text AS after, w.by_name, w.reason, w.at
FROM (
    SELECT *, sum(amount) OVER (PARTITION BY number ORDER BY at, payment_id) AS reaches FROM receivables.write_offs
) w
JOIN receivables.payments p USING (payment_id)
WHERE w.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND w.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR p.client_code = ANY(CAST(:clients AS text[])))
ORDER BY w.at, w.payment_id COLLATE "C"
