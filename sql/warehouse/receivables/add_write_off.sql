-- grain: movement that writes so much of a debt off, or (below zero) takes that back: of the ledger, and its allocation
-- inputs: :payment_id, :organization_code, :client_code, :number, :amount, :on, :words, :by_name, :reason, :at
-- rerun: under the lock of the ledger; the id counts the movements of the debt
WITH movement AS (
    INSERT INTO receivables.payments (
        payment_id, source, organization_code, client_code, document_no, paid_on, amount, purpose, received_at
    )
    VALUES (
        :payment_id, 'write_off', :organization_code, :client_code, :number, CAST(:on AS date), CAST(:amount AS numeric), :words,
        CAST(:at AS timestamptz)
    )
    RETURNING payment_id, amount, received_at
), allocation AS (
    INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
    SELECT payment_id, 1, :number, amount, 'write_off', received_at FROM movement
)
INSERT INTO receivables.write_offs (payment_id, number, amount, by_name, reason, at)
SELECT payment_id, :number, amount, :by_name, :reason, received_at FROM movement
