-- grain: movement that wrote a debt off or took that back, in the order in which they were made
-- inputs: receivables.write_offs, receivables.payments, receivables.claims; :client (NULL: all)
-- rerun: reads only
SELECT p.paid_on AS "on", p.organization_code, p.client_code, c.contract_no, w.number, w.amount, w.by_name, w.reason
FROM receivables.write_offs w
JOIN receivables.payments p USING (payment_id)
JOIN receivables.claims c ON c.number = w.number
WHERE CAST(:client AS text) IS NULL OR p.client_code = :client
ORDER BY w.at, w.payment_id COLLATE "C"
