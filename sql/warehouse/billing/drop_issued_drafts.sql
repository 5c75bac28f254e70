-- grain: draft that has become an invoice
-- inputs: temporary table numbered
-- rerun: in the issuing transaction only
DELETE FROM billing.drafts d USING numbered n WHERE d.invoice_id = n.invoice_id
