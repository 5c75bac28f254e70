-- grain: draft that waited beyond its bounds, of a contract that is closed now: the close has billed its amounts
-- inputs: billing.drafts, billing.closed; :month, :purpose; only a close overtakes
-- rerun: in the issuing transaction only; a run that drafts it again makes it a draft again
UPDATE billing.drafts SET discarded = true
WHERE :purpose = 'close' AND month = :month AND purpose IN ('prepay', 'watch') AND NOT discarded
  AND contract_no IN (SELECT contract_no FROM billing.closed WHERE month = :month)
