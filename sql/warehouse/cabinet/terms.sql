-- grain: row of terms of a contract of the clients, as JSON that `billing.inputs.read_terms` reads
-- inputs: cabinet.terms, cabinet.contracts; :clients, :contract (NULL: all)
-- rerun: reads only
SELECT
    t.contract_no,
    jsonb_build_object(
        'valid_from', t.valid_from, 'tariff_code', t.tariff_code, 'counting', t.counting, 'basis', t.basis,
        'prepaid_vehicles', t.prepaid_vehicles, 'discount_percent', t.discount_percent::text,
        'minimum', nullif(t.minimum, 0)::text, 'payment_days', t.payment_days
    ) AS terms
FROM cabinet.terms t
JOIN cabinet.contracts c USING (contract_no)
WHERE c.client_code = ANY (CAST(:clients AS text[])) AND (CAST(:contract AS text) IS NULL OR t.contract_no = :contract)
ORDER BY t.contract_no COLLATE "C", t.valid_from
