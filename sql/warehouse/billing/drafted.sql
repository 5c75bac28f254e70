-- grain: draft of a run: its identity and the digest of its figures
-- inputs: billing.drafts; :month, :purpose
-- rerun: reads only
SELECT contract_no, invoice_id, digest FROM billing.drafts WHERE month = :month AND purpose = :purpose AND NOT discarded
