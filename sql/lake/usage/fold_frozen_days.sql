-- grain: contract × vehicle of the month so far; bit d-1 of a reason's column stands for day d; name and plate as last seen, and the days
--   of the month on which they were
-- inputs: frozen_vehicles, frozen_days
-- rerun: adds the same vehicle-days once more, which changes nothing
CREATE OR REPLACE TABLE frozen_vehicles AS
SELECT
    contract_index, platform, vehicle_id,
    arg_max(name, named_on) AS name, max(named_on) AS named_on, arg_max(plate, plated_on) AS plate, max(plated_on) AS plated_on,
    bit_or(billed) AS billed, bit_or(unused) AS unused, bit_or(deactivated) AS deactivated, bit_or(blocked) AS blocked,
    bit_or(duplicate) AS duplicate
FROM (
    FROM frozen_vehicles
    UNION ALL
    SELECT
        contract_index, platform, vehicle_id,
        arg_max(name, day_no), max(day_no) FILTER (WHERE name IS NOT NULL),
        arg_max(plate, day_no), max(day_no) FILTER (WHERE plate IS NOT NULL),
        days_as_bits(day_no, reason = 'billed'),
        days_as_bits(day_no, reason = 'unused'),
        days_as_bits(day_no, reason = 'deactivated'),
        days_as_bits(day_no, reason = 'blocked'),
        days_as_bits(day_no, reason = 'duplicate')
    FROM frozen_days
    GROUP BY contract_index, platform, vehicle_id
)
GROUP BY contract_index, platform, vehicle_id
