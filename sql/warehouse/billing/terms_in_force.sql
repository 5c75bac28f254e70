-- grain: row of terms that may be in force in the month, of contracts in force in it or closed for it
-- inputs: master.terms, master.contracts, billing.closed; :first, :last of the month
-- rerun: reads only
SELECT t.contract_no, t.valid_from, t.tariff_code, t.counting, t.basis, t.prepaid_vehicles, t.discount_percent, t.minimum, t.payment_days
FROM master.terms t
JOIN master.contracts c USING (contract_no)
WHERE (
    (c.starts_on <= :last AND coalesce(c.ends_on, 'infinity') >= :first)
    OR EXISTS (SELECT FROM billing.closed x WHERE x.month = :first AND x.contract_no = c.contract_no)
)
AND t.valid_from <= :last
ORDER BY t.contract_no, t.valid_from
