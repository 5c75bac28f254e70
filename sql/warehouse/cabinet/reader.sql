-- grain: client that a reader of that address sees: is_own when the address is its own, else it is under a dealer whose address it is
-- inputs: master.clients; :address
-- rerun: reads only
WITH RECURSIVE seen AS (
    SELECT client_code, true AS is_own FROM master.clients WHERE cabinet.addresses(email) @> ARRAY[CAST(:address AS text)]
    UNION
    SELECT c.client_code, false FROM master.clients c JOIN seen s ON c.dealer_code = s.client_code
)
SELECT client_code, bool_or(is_own) AS is_own FROM seen GROUP BY client_code ORDER BY client_code
