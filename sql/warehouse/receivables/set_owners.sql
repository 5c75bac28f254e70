-- grain: payment that was recognised as a client's, with its reversals
-- inputs: temporary table staged_owners
-- rerun: in the matching transaction only
UPDATE receivables.payments p SET client_code = s.client_code
FROM staged_owners s
WHERE s.payment_id = coalesce(p.reverses, p.payment_id) AND p.client_code IS NULL
