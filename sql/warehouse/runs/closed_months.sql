-- grain: closed month of a contract among :contracts
-- inputs: billing.closed; :contracts
-- rerun: reads only
SELECT contract_no, month FROM billing.closed WHERE contract_no = ANY(:contracts) ORDER BY month, contract_no COLLATE "C"
