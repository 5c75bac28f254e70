-- grain: payment of the part that was matched last and is a client's, with its reversals
-- inputs: receivables.payments; :payment_ids, :client_codes (pairs)
-- rerun: in the matching transaction only; a payment that has a client stays as it is
UPDATE receivables.payments p SET client_code = owned.client_code
FROM (
    SELECT s.payment_id, s.client_code
    FROM unnest(CAST(:payment_ids AS text[]), CAST(:client_codes AS text[])) s (payment_id, client_code)
    UNION ALL
    SELECT r.payment_id, s.client_code
    FROM unnest(CAST(:payment_ids AS text[]), CAST(:client_codes AS text[])) s (payment_id, client_code)
    JOIN receivables.payments r ON r.reverses = s.payment_id
) owned
WHERE p.payment_id = owned.payment_id AND p.client_code IS NULL
