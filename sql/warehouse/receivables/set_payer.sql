-- grain: a payment with its reversals, given to a client (NULL: to nobody)
-- inputs: receivables.payments; :payment_id, :client_code
-- rerun: the same client again changes nothing
UPDATE receivables.payments p SET client_code = :client_code
WHERE coalesce(p.reverses, p.payment_id) = :payment_id AND p.client_code IS DISTINCT FROM CAST(:client_code AS text)
