-- grain: organization that the clients have a contract with: its requisites, columns of the sheet
-- inputs: cabinet.organizations, cabinet.contracts; :clients
-- rerun: reads only
SELECT
    o.code, o.name, o.full_name, o.inn, o.kpp, o.address, o.bank_account, o.bank_name, o.bic, o.corr_account, o.director, o.accountant,
    o.email, o.director_post, o.time_zone
FROM cabinet.organizations o
WHERE o.code IN (SELECT organization_code FROM cabinet.contracts WHERE client_code = ANY (CAST(:clients AS text[])))
ORDER BY o.code COLLATE "C"
