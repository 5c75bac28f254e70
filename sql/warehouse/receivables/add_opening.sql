-- grain: opening balance of a client: what it was owed (an advance, above zero) or owed (below zero) at go-live
-- inputs: :payment_id, :organization_code, :client_code, :contract_no, :dated, :amount, :words, :at, :due_on
-- rerun: a balance that is there already stays as it is
INSERT INTO receivables.payments (payment_id, source, organization_code, client_code, document_no, paid_on, amount, purpose, received_at, due_on)
VALUES (:payment_id, 'opening', :organization_code, :client_code, :contract_no, :dated, :amount, :words, CAST(:at AS timestamptz), :due_on)
ON CONFLICT DO NOTHING
