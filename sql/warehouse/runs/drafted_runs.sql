-- grain: drafted run of a month and purpose that nobody has issued, with its size and what people said of it
-- inputs: billing.runs, billing.drafts, billing.run_words
-- rerun: reads only
SELECT
    to_char(r.month, 'YYYY-MM') AS month, r.purpose, r.watched_on, r.only_contract, w.decision, w.by_name, w.approved_by,
    count(d.invoice_id) AS invoices, coalesce(sum(d.total), 0)::numeric(16, 2) AS total
FROM billing.runs r
JOIN billing.run_words w USING (month, purpose)
JOIN billing.drafts d ON d.month = r.month AND d.purpose = r.purpose AND NOT d.discarded
GROUP BY r.month, r.purpose, r.watched_on, r.only_contract, w.decision, w.by_name, w.approved_by
ORDER BY r.month, r.purpose
