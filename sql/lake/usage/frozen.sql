-- grain: contract × vehicle of the month; bit d-1 of a reason's column stands for day d; name and plate as last seen
-- inputs: frozen_vehicles, frozen_contracts
-- rerun: starts anew
CREATE OR REPLACE TABLE frozen AS
SELECT c.contract_no, f.platform, f.vehicle_id, f.name, f.plate, f.billed, f.unused, f.deactivated, f.blocked, f.duplicate
FROM frozen_vehicles f
JOIN frozen_contracts c USING (contract_index)
