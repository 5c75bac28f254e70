-- grain: contract that the approved run bills
-- inputs: billing.drafts; :month, :purpose
-- rerun: reads only
SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = :purpose AND NOT discarded ORDER BY contract_no COLLATE "C"
