-- grain: movement of a month, up to :on, that wrote a debt off or took that back
-- inputs: receivables.write_offs, receivables.payments, master.organizations, master.clients; :first, :last, :on
-- rerun: reads only
SELECT p.paid_on, o.name AS organization, p.client_code, k.name AS client, w.number, w.amount, w.by_name, w.reason
FROM receivables.write_offs w
JOIN receivables.payments p USING (payment_id)
JOIN master.organizations o ON o.code = p.organization_code
JOIN master.clients k ON k.client_code = p.client_code
WHERE p.paid_on BETWEEN :first AND least(:last, CAST(:on AS date))
ORDER BY p.paid_on, w.at, w.payment_id COLLATE "C"
