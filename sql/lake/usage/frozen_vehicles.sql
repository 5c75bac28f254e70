-- grain: contract × vehicle of the month; bit d-1 of a reason's column stands for day d; name and plate as last seen
-- inputs: frozen_days, frozen_contracts
-- rerun: starts anew
CREATE OR REPLACE TABLE frozen AS
SELECT
    c.contract_no, f.platform, f.vehicle_id,
    arg_max(f.name, f.day_no) AS name, arg_max(f.plate, f.day_no) AS plate,
    coalesce(bit_or((1::UINTEGER << (f.day_no - 1))) FILTER (WHERE f.reason = 1), 0)::UINTEGER AS billed,
    coalesce(bit_or((1::UINTEGER << (f.day_no - 1))) FILTER (WHERE f.reason = 2), 0)::UINTEGER AS unused,
    coalesce(bit_or((1::UINTEGER << (f.day_no - 1))) FILTER (WHERE f.reason = 3), 0)::UINTEGER AS deactivated,
    coalesce(bit_or((1::UINTEGER << (f.day_no - 1))) FILTER (WHERE f.reason = 4), 0)::UINTEGER AS blocked,
    coalesce(bit_or((1::UINTEGER << (f.day_no - 1))) FILTER (WHERE f.reason = 5), 0)::UINTEGER AS duplicate
FROM frozen_days f
JOIN frozen_contracts c USING (contract_index)
GROUP BY c.contract_no, f.platform, f.vehicle_id
