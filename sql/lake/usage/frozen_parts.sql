-- grain: chosen contract that owns a set on any day, with the part in which its vehicles are put together
-- inputs: owners; fleets: how many vehicles each has; frozen_contracts; $at_once: vehicle-days of a part, a contract at least
-- rerun: starts anew; contracts whose owner sets lie beside each other are of one part, so that it is found in few row groups of a file
CREATE OR REPLACE TABLE frozen_parts AS
WITH sizes AS (
    SELECT o.contract_index, min(o.account_no) AS first_set, coalesce(sum(f.vehicles), 0) AS vehicle_days
    FROM owners o
    SEMI JOIN frozen_contracts c USING (contract_index)
    LEFT JOIN fleets f USING (platform_day_no, account_no)
    WHERE o.standing >= standing('blocked')
    GROUP BY o.contract_index
)
SELECT
    contract_index, vehicle_days, (sum(vehicle_days) OVER (ORDER BY first_set, contract_index) // $at_once)::INTEGER AS part
FROM sizes
