-- grain: payment, credit or advance that pays an invoice of the clients
-- inputs: cabinet.invoices, cabinet.allocations, cabinet.payments; :clients, :number
-- rerun: reads only
SELECT p.payment_id, p.source, p.document_no, p.paid_on, sum(a.amount)::numeric(14, 2) AS amount
FROM cabinet.invoices i
JOIN cabinet.allocations a USING (number)
JOIN cabinet.payments p USING (payment_id)
WHERE i.number = :number AND i.client_code = ANY (CAST(:clients AS text[]))
GROUP BY p.payment_id, p.source, p.document_no, p.paid_on
HAVING sum(a.amount) <> 0
ORDER BY p.paid_on, p.payment_id COLLATE "C"
