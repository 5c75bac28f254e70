-- grain: a person's word on what a payment pays; the last one holds
-- inputs: receivables.allocation_words, receivables.payments; :everything or those on payments of :clients; from :since to before :until
--   (NULL: no bound)
-- rerun: reads only
SELECT
    'allocations' AS sheet, w.payment_id AS key, CASE w.pays WHEN 'null' THEN 'undone' ELSE 'allocated' END AS action,
    CASE WHEN w.word_no > 1 THEN json_build_object('pays', w.earlier::text)::text END AS before,
    json_build_object('pays', w.pays::text)::text AS after, w.by_name, w.reason, w.at
FROM (
    SELECT *, lag(pays) OVER (PARTITION BY payment_id ORDER BY word_no) AS earlier FROM receivables.allocation_words
) w
JOIN receivables.payments p USING (payment_id)
WHERE w.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND w.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR p.client_code = ANY(CAST(:clients AS text[])))
ORDER BY w.at, w.payment_id COLLATE "C", w.word_no
