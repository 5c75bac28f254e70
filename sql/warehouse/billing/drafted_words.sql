-- grain: one row: digest of what the lines of a drafted run print
-- inputs: billing.drafts, billing.draft_lines; :month (first day), :purpose
-- rerun: reads only
SELECT encode(sha256(convert_to(coalesce(string_agg(
    concat_ws('|', l.invoice_id, l.line_no, l.printed_quantity, l.printed_price, l.printed_text), E'\n' ORDER BY l.invoice_id, l.line_no
), ''), 'UTF8')), 'hex') AS words
FROM billing.drafts d
JOIN billing.draft_lines l USING (invoice_id)
WHERE d.month = :month AND d.purpose = :purpose AND NOT d.discarded
