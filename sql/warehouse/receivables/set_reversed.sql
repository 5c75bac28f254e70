-- grain: one reversal, and the payment that it takes back, with the client of that
-- inputs: receivables.payments; :payment_id (of the reversal), :reverses
-- rerun: a reversal that has its payment stays as it is
UPDATE receivables.payments r SET reverses = p.payment_id, client_code = p.client_code
FROM receivables.payments p
WHERE r.payment_id = :payment_id AND p.payment_id = :reverses AND r.reverses IS NULL
