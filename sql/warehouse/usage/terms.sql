-- grain: terms of a contract that are in force on some day of the month
-- inputs: master.terms; :first, :last of the month
-- rerun: reads only
SELECT contract_no, valid_from, counting, tariff_code
FROM master.terms t
WHERE valid_from <= :last
  AND NOT EXISTS (
      SELECT FROM master.terms later
      WHERE later.contract_no = t.contract_no AND later.valid_from > t.valid_from AND later.valid_from <= :first
  )
ORDER BY contract_no COLLATE "C", valid_from
