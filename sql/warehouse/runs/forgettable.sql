-- grain: one row: a client, and what stands against erasing what reaches its people on :day
-- inputs: master.clients, master.contracts, billing.closed, billing.invoices, receivables.open_invoices, receivables.payments,
--   receivables.payment_balances, delivery.mail_outbox; :client, :day, :client_kinds
-- rerun: reads only
SELECT
    c.kind,
    (SELECT coalesce(sum(o.open), 0) FROM receivables.open_invoices('infinity') o WHERE o.client_code = :client)::numeric(16, 2) AS debt,
    (SELECT coalesce(sum(b.left_over), 0) FROM receivables.payment_balances b WHERE b.client_code = :client)::numeric(16, 2) AS unspent,
    ARRAY(
        SELECT k.contract_no FROM master.contracts k
        WHERE k.client_code = :client AND coalesce(k.ends_on, 'infinity') >= CAST(:day AS date) ORDER BY k.contract_no COLLATE "C"
    ) AS current_contracts,
    ARRAY(
        SELECT k.contract_no FROM master.contracts k
        WHERE k.client_code = :client AND k.ends_on < CAST(:day AS date)
            AND date_trunc('month', k.ends_on) >= (SELECT min(month) FROM billing.closed)
            AND NOT EXISTS (
                SELECT FROM billing.closed d WHERE d.contract_no = k.contract_no AND d.month = date_trunc('month', k.ends_on)
            )
        ORDER BY k.contract_no COLLATE "C"
    ) AS unbilled_contracts,
    ARRAY(
        SELECT DISTINCT s.client_code FROM master.clients s JOIN master.contracts k USING (client_code)
        WHERE s.dealer_code = :client AND coalesce(k.ends_on, 'infinity') >= CAST(:day AS date) ORDER BY s.client_code
    ) AS served_clients,
    (
        SELECT count(*) FROM delivery.mail_outbox o
        WHERE o.client_code = :client AND o.event_kind = ANY(:client_kinds) AND o.state IN ('queued', 'unknown')
    ) AS letters,
    greatest(
        (SELECT max(i.issued_on) FROM billing.invoices i WHERE i.client_code = :client),
        (SELECT max(p.paid_on) FROM receivables.payments p WHERE p.client_code = :client)
    ) AS last_paper_on
FROM master.clients c WHERE c.client_code = :client
