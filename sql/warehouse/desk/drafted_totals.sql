-- grain: contract with drafts of a run: what they come to
-- inputs: billing.drafts; :month, :purpose
-- rerun: reads only; roubles with VAT
SELECT contract_no, sum(total)::numeric(16, 2) AS total
FROM billing.drafts
WHERE month = :month AND purpose = :purpose AND NOT discarded
GROUP BY contract_no
