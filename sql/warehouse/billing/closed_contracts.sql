-- grain: contract whose month is closed
-- inputs: billing.closed; :month (its first day)
-- rerun: reads only
SELECT contract_no FROM billing.closed WHERE month = :month
