-- grain: line of an invoice; written before its invoice, which seals it
-- inputs: temporary table numbered, billing.draft_lines
-- rerun: in the issuing transaction only
INSERT INTO billing.invoice_lines SELECT l.* FROM billing.draft_lines l JOIN numbered USING (invoice_id)
