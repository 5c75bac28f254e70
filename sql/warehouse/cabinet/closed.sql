-- grain: one value: whether a contract of the clients is closed for a month
-- inputs: cabinet.closed, cabinet.contracts; :clients, :contract, :month
-- rerun: reads only
SELECT EXISTS (
    SELECT FROM cabinet.closed x
    JOIN cabinet.contracts c USING (contract_no)
    WHERE c.client_code = ANY (CAST(:clients AS text[])) AND x.contract_no = :contract AND x.month = :month
)
