-- grain: contract whose fleet was above its prepaid vehicles when a corrective invoice was issued for it, on the day it was most above
-- inputs: temporary table numbered, billing.invoices (days and terms as frozen at issue)
-- rerun: in the issuing transaction only; a finding of that day stays as it is
INSERT INTO findings.occurrences (kind, subject, first_day, last_day, contract_no, parameters)
SELECT
    'prepaid_limit', i.contract_no, most.day, most.day, i.contract_no,
    jsonb_build_object('fleet', most.fleet, 'prepaid', most.prepaid, 'number', i.number)
FROM billing.invoices i
JOIN numbered USING (invoice_id)
CROSS JOIN LATERAL (
    SELECT i.month + CAST(d->>'day' AS integer) - 1 AS day, CAST(d->>'fleet_size' AS integer) AS fleet, agreed.prepaid
    FROM jsonb_array_elements(i.evidence->'days') d
    CROSS JOIN LATERAL (
        SELECT CAST(t->>'prepaid_vehicles' AS integer) AS prepaid
        FROM jsonb_array_elements(i.evidence->'terms') t
        WHERE CAST(t->>'valid_from' AS date) <= i.month + CAST(d->>'day' AS integer) - 1
        ORDER BY CAST(t->>'valid_from' AS date) DESC
        LIMIT 1
    ) agreed
    WHERE agreed.prepaid > 0 AND CAST(d->>'fleet_size' AS integer) > agreed.prepaid
    ORDER BY CAST(d->>'fleet_size' AS integer) - agreed.prepaid DESC, 1
    LIMIT 1
) most
WHERE i.kind = 'corrective'
ON CONFLICT (kind, subject, first_day) DO NOTHING
