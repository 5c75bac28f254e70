-- grain: month × purpose × contract
-- inputs: :month, :purpose, :contract_no, :reason, :detail, :russian
-- rerun: after delete_parked the same rows
INSERT INTO billing.parked (month, purpose, contract_no, reason, detail, russian)
VALUES (:month, :purpose, :contract_no, :reason, :detail, :russian)
