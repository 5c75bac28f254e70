-- grain: two addresses to look at the cabinet with: of the client with the most invoices that is nobody's dealer, of the dealer with the
--   most clients of its own; none where there is none
-- inputs: master.clients, billing.invoices
-- rerun: reads only
(
    SELECT 'client' AS kind, c.name, (cabinet.addresses(c.email))[1] AS address
    FROM master.clients c
    LEFT JOIN billing.invoices i USING (client_code)
    WHERE c.email IS NOT NULL AND NOT EXISTS (SELECT FROM master.clients d WHERE d.dealer_code = c.client_code)
    GROUP BY c.client_code
    ORDER BY count(i.number) DESC, c.client_code
    LIMIT 1
)
UNION ALL
(
    SELECT 'dealer', d.name, (cabinet.addresses(d.email))[1]
    FROM master.clients d
    JOIN master.clients c ON c.dealer_code = d.client_code
    WHERE d.email IS NOT NULL
    GROUP BY d.client_code
    ORDER BY count(*) DESC, d.client_code
    LIMIT 1
)
