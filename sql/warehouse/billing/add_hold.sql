-- grain: word on holding back one contract
-- inputs: billing.holds, billing.held; :month, :contract_no, :is_held, :by, :reason, :at
-- rerun: says nothing where the contract stands so already; numbered after the last word
INSERT INTO billing.holds (month, contract_no, hold_no, is_held, by_name, reason, at)
SELECT
    CAST(:month AS date), :contract_no,
    (SELECT coalesce(max(hold_no), 0) + 1 FROM billing.holds WHERE month = :month AND contract_no = :contract_no),
    CAST(:is_held AS boolean), :by, :reason, :at
WHERE CAST(:is_held AS boolean) <> EXISTS (SELECT FROM billing.held WHERE month = :month AND contract_no = :contract_no)
RETURNING hold_no
