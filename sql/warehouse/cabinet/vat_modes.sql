-- grain: VAT mode of an organization that the clients have a contract with, from a day on
-- inputs: cabinet.vat_modes, cabinet.contracts; :clients
-- rerun: reads only
SELECT v.code, v.vat_mode_from, v.vat_mode
FROM cabinet.vat_modes v
WHERE v.code IN (SELECT organization_code FROM cabinet.contracts WHERE client_code = ANY (CAST(:clients AS text[])))
ORDER BY v.code COLLATE "C", v.vat_mode_from
