-- grain: findings of the gate on one day; held until the transaction ends
-- inputs: :business_date
-- rerun: waits for whoever holds it
SELECT pg_advisory_xact_lock(hashtext('findings of the gate'), hashtext(:business_date))
