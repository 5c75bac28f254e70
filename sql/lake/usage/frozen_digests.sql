-- grain: contract: digest of its vehicles and their days
-- inputs: frozen
-- rerun: reads only
SELECT
    contract_no,
    sha256(string_agg(
        concat_ws(chr(31), platform, vehicle_id, coalesce(name, ''), coalesce(plate, ''), billed, unused, deactivated, blocked, duplicate),
        chr(30) ORDER BY platform, vehicle_id
    )) AS digest
FROM frozen
GROUP BY contract_no
