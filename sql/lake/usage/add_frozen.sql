-- grain: contract × vehicle of the month; bit d-1 of a reason's column stands for day d; name and plate as last seen
-- inputs: frozen_days: all days of some vehicles; frozen_contracts
-- rerun: adds these vehicles once per call
INSERT INTO frozen
SELECT
    c.contract_no, f.platform, f.vehicle_id, f.name, f.plate, f.billed, f.unused, f.deactivated, f.blocked, f.duplicate
FROM (
    SELECT
        contract_index, platform, vehicle_id, arg_max(name, day_no) AS name, arg_max(plate, day_no) AS plate,
        days_as_bits(day_no, reason = 'billed') AS billed,
        days_as_bits(day_no, reason = 'unused') AS unused,
        days_as_bits(day_no, reason = 'deactivated') AS deactivated,
        days_as_bits(day_no, reason = 'blocked') AS blocked,
        days_as_bits(day_no, reason = 'duplicate') AS duplicate
    FROM frozen_days
    GROUP BY contract_index, platform, vehicle_id
) f
JOIN frozen_contracts c USING (contract_index)
