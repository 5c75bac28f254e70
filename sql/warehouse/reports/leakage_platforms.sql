-- grain: contract with the platforms that it has accounts on in a run of days
-- inputs: master.accounts; :first, :last
-- rerun: reads only
SELECT contract_no, array_agg(DISTINCT platform) AS platforms
FROM master.accounts
WHERE valid_from <= :last AND coalesce(valid_to, 'infinity') >= :first
GROUP BY contract_no
