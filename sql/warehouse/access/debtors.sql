-- grain: organization × client with an open debt
-- inputs: temporary table ladder_claims; :on
-- rerun: reads only
SELECT DISTINCT organization_code, client_code FROM ladder_claims WHERE issued_on <= :on
