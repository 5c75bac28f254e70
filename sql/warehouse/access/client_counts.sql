-- grain: organization → how many clients have a contract with it in force on :on, owe it, or are blocked for it
-- inputs: master.contracts, temporary table ladder_claims, access.blocked; :on
-- rerun: reads only
SELECT organization_code, count(*) AS clients
FROM (
    SELECT organization_code, client_code FROM master.contracts WHERE starts_on <= :on AND coalesce(ends_on, 'infinity') >= :on
    UNION
    SELECT organization_code, client_code FROM ladder_claims
    UNION
    SELECT organization_code, client_code FROM access.blocked
) listed
GROUP BY organization_code
