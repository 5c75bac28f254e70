-- grain: client, with its contracts that are in force on a day, in byte order
-- inputs: master.clients, master.contracts; :on
-- rerun: reads only
SELECT
    k.client_code, k.name, k.full_name, k.inn,
    coalesce(array_agg(c.contract_no ORDER BY c.contract_no COLLATE "C") FILTER (WHERE c.contract_no IS NOT NULL), '{}') AS contracts
FROM master.clients k
LEFT JOIN master.contracts c ON c.client_code = k.client_code AND c.starts_on <= :on AND coalesce(c.ends_on, 'infinity') >= :on
GROUP BY k.client_code
ORDER BY k.client_code COLLATE "C"
