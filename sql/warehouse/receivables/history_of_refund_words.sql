-- grain: a person's word on an outgoing payment; the last one counts
-- inputs: receivables.refund_words, receivables.payments; :everything or those on payments of :clients; from :since to before :until
--   (NULL: no bound)
-- rerun: reads only
SELECT
    'refunds' AS sheet, w.reversal_id AS key, 'ruled' AS action,
    CASE WHEN w.word_no > 1 THEN json_build_object('gives_back', w.earlier)::text END AS before,
    json_build_object('gives_back', w.payment_id)::text AS after, w.by_name, w.reason, w.at
FROM (
    SELECT *, lag(payment_id) OVER (PARTITION BY reversal_id ORDER BY word_no) AS earlier FROM receivables.refund_words
) w
LEFT JOIN receivables.payments p ON p.payment_id = w.payment_id
WHERE w.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND w.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR p.client_code = ANY(CAST(:clients AS text[])))
ORDER BY w.at, w.reversal_id COLLATE "C", w.word_no
