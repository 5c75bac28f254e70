-- grain: one letter with who writes, whom it goes to, and the invoice it is about; open_attempt: an attempt that sent the final dot and
--   has no result
-- inputs: delivery.mail_outbox, master.organizations, master.clients, billing.invoices, delivery.mail_attempts; :kind, :key,
--   :invoice_kinds
-- rerun: reads only
SELECT
    o.event_kind, o.event_key, o.facts, o.attempts, o.accepted, o.bounced, o.client_code, o.organization_code,
    g.name AS organization, g.email AS organization_email, coalesce(g.time_zone, h.time_zone) AS time_zone,
    h.name AS house, h.email AS house_email,
    c.name AS client, c.email AS client_email, i.invoice_id, i.contract_no,
    p.attempt_no AS open_attempt, p.message_id AS open_message_id, p.recipients AS open_recipients
FROM delivery.mail_outbox o
LEFT JOIN master.organizations g ON g.code = o.organization_code
LEFT JOIN master.clients c ON c.client_code = o.client_code
LEFT JOIN billing.invoices i ON i.number = o.event_key AND o.event_kind = ANY(CAST(:invoice_kinds AS text[]))
LEFT JOIN LATERAL (
    SELECT f.name, f.email, f.time_zone FROM master.organizations f ORDER BY coalesce(btrim(f.email), '') = '', f.code LIMIT 1
) h ON true
LEFT JOIN LATERAL (
    SELECT a.attempt_no, a.message_id, a.recipients FROM delivery.mail_attempts a
    WHERE (a.event_kind, a.event_key) = (o.event_kind, o.event_key) AND a.attempt_no > o.attempts
) p ON true
WHERE (o.event_kind, o.event_key) = (:kind, :key)
