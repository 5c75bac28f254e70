-- grain: lines of the run's drafts, before they are written anew
-- inputs: temporary table new_drafts
-- rerun: the same
DELETE FROM billing.draft_lines l USING new_drafts n WHERE l.invoice_id = n.invoice_id
