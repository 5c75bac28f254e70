-- grain: contract × vehicle of the month; bit d-1 of a reason's column stands for day d; name and plate as last seen
-- inputs: frozen_days, frozen_contracts
-- rerun: starts anew
CREATE OR REPLACE TABLE frozen AS
SELECT
    c.contract_no, f.platform, f.vehicle_id,
    arg_max(f.name, f.day_no) AS name, arg_max(f.plate, f.day_no) AS plate,
    days_as_bits(f.day_no, f.reason = 'billed') AS billed,
    days_as_bits(f.day_no, f.reason = 'unused') AS unused,
    days_as_bits(f.day_no, f.reason = 'deactivated') AS deactivated,
    days_as_bits(f.day_no, f.reason = 'blocked') AS blocked,
    days_as_bits(f.day_no, f.reason = 'duplicate') AS duplicate
FROM frozen_days f
JOIN frozen_contracts c USING (contract_index)
GROUP BY c.contract_no, f.platform, f.vehicle_id
