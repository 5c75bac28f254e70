-- grain: object that the peer has not confirmed, in its latest version, with the invoices that it rests on in the order of issue
-- inputs: delivery.onec_outbox, billing.invoices, billing.closed; :peer, :confirmed_no
-- rerun: once per transaction; a sale stays out until its contract's month is closed: before, the service is not rendered
CREATE TEMPORARY TABLE onec_going ON COMMIT DROP AS
WITH versions AS MATERIALIZED (
    SELECT
        u.object_kind, u.object_key,
        max(o.version) AS version,
        bool_or(o.message_no > :confirmed_no) IS TRUE AS is_carried,
        bool_or(o.message_no IS NOT NULL) AS is_known,
        bool_or(o.message_no IS NULL AND o.refusal IS NULL) AS is_new
    FROM (
        SELECT DISTINCT object_kind, object_key FROM delivery.onec_outbox
        WHERE peer = :peer AND (message_no IS NULL OR message_no > :confirmed_no)
    ) u
    JOIN delivery.onec_outbox o ON (o.object_kind, o.object_key) = (u.object_kind, u.object_key)
    WHERE o.peer = :peer
    GROUP BY u.object_kind, u.object_key
),
months AS MATERIALIZED (
    SELECT
        i.contract_no || '|' || to_char(i.month, 'YYYY-MM') AS object_key,
        array_agg(i.invoice_id ORDER BY i.issued_at, i.year, i.sequence_no) AS invoice_ids
    FROM billing.invoices i
    JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    WHERE i.month IN (SELECT DISTINCT to_date(right(object_key, 7), 'YYYY-MM') FROM versions WHERE object_kind = 'sale')
    GROUP BY i.contract_no, i.month
)
SELECT v.*, ARRAY[i.invoice_id] AS invoice_ids
FROM versions v
JOIN billing.invoices i ON i.number = v.object_key
WHERE v.object_kind = 'invoice'
UNION ALL
SELECT v.*, m.invoice_ids
FROM versions v
JOIN months m USING (object_key)
WHERE v.object_kind = 'sale'
