-- grain: draft of the month and purpose that the run no longer makes
-- inputs: temporary table new_drafts; :month, :purpose
-- rerun: nothing more to discard
UPDATE billing.drafts d SET discarded = true
WHERE d.month = :month AND d.purpose = :purpose AND NOT d.discarded
  AND NOT EXISTS (SELECT FROM new_drafts n WHERE n.invoice_id = d.invoice_id)
