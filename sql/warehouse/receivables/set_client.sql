-- grain: one payment that is the same client's as another
-- inputs: receivables.payments; :payment_id, :like (the other)
-- rerun: a payment that has a client stays as it is
UPDATE receivables.payments p SET client_code = o.client_code
FROM receivables.payments o
WHERE p.payment_id = :payment_id AND o.payment_id = :like AND p.client_code IS NULL
