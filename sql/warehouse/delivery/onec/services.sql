-- grain: component of a tariff that the message refers to, under its latest name
-- inputs: temporary table onec_going, billing.invoice_lines
-- rerun: reads only
SELECT DISTINCT ON (l.tariff_code, l.component_no) l.tariff_code, l.component_no, l.component
FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
JOIN billing.invoice_lines l USING (invoice_id)
ORDER BY l.tariff_code, l.component_no, l.segment_to DESC, l.component
