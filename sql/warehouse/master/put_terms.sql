-- grain: row of master.terms
-- inputs: master.terms; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.terms (
    contract_no, valid_from, tariff_code, counting, basis, prepaid_vehicles, discount_percent, minimum,
    payment_days
)
SELECT
    contract_no, valid_from, tariff_code, counting, basis, prepaid_vehicles, discount_percent, minimum,
    payment_days
FROM jsonb_populate_recordset(NULL::master.terms, CAST(:rows AS jsonb))
ON CONFLICT (contract_no, valid_from) DO UPDATE SET
    tariff_code = excluded.tariff_code,
    counting = excluded.counting,
    basis = excluded.basis,
    prepaid_vehicles = excluded.prepaid_vehicles,
    discount_percent = excluded.discount_percent,
    minimum = excluded.minimum,
    payment_days = excluded.payment_days
