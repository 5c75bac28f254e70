-- grain: vehicle that came or went, or vehicle × what of it changed (state, account, device), by vehicle id
-- inputs: before_list, after_list (vehicle_id, name, state, account_id, hw_id VARCHAR), registered by the caller; of a vehicle that is
--   listed twice the greatest values count
-- rerun: reads only
WITH earlier AS (
    SELECT vehicle_id, max(name) AS name, max(state) AS state, max(nullif(account_id, '')) AS account_id, max(nullif(hw_id, '')) AS hw_id
    FROM before_list
    GROUP BY vehicle_id
), later AS (
    SELECT vehicle_id, max(name) AS name, max(state) AS state, max(nullif(account_id, '')) AS account_id, max(nullif(hw_id, '')) AS hw_id
    FROM after_list
    GROUP BY vehicle_id
), paired AS (
    SELECT
        coalesce(later.vehicle_id, earlier.vehicle_id) AS vehicle_id, coalesce(later.name, earlier.name) AS name,
        earlier.vehicle_id IS NULL AS came, later.vehicle_id IS NULL AS went,
        earlier.state AS state_before, later.state AS state_after,
        earlier.account_id AS account_before, later.account_id AS account_after,
        earlier.hw_id AS device_before, later.hw_id AS device_after
    FROM earlier
    FULL JOIN later ON later.vehicle_id = earlier.vehicle_id
)
SELECT change, vehicle_id, name, before, after
FROM (
    SELECT 1 AS place, 'came' AS change, vehicle_id, name, NULL AS before, concat_ws(', ', state_after, account_after) AS after
    FROM paired WHERE came
    UNION ALL
    SELECT 2, 'went', vehicle_id, name, concat_ws(', ', state_before, account_before), NULL FROM paired WHERE went
    UNION ALL
    SELECT 3, 'state', vehicle_id, name, state_before, state_after
    FROM paired WHERE NOT came AND NOT went AND state_before IS DISTINCT FROM state_after
    UNION ALL
    SELECT 4, 'account', vehicle_id, name, account_before, account_after
    FROM paired WHERE NOT came AND NOT went AND account_before IS DISTINCT FROM account_after
    UNION ALL
    SELECT 5, 'device', vehicle_id, name, device_before, device_after
    FROM paired WHERE NOT came AND NOT went AND device_before IS DISTINCT FROM device_after
)
ORDER BY place, vehicle_id
