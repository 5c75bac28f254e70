-- grain: object that the peer has not confirmed, in its latest version; a sale and its correction with the invoices that they rest on
--   in the order of issue, and the run that issued each
-- inputs: delivery.onec_outbox, billing.invoices, billing.closed; :peer, :confirmed_no
-- rerun: once per transaction; a sale stays out until its contract's month is closed: before, the service is not rendered
CREATE TEMPORARY TABLE onec_going ON COMMIT DROP AS
WITH versions AS MATERIALIZED (
    SELECT
        u.object_kind, u.object_key,
        max(o.version) AS version,
        bool_or(o.message_no > :confirmed_no) IS TRUE AS is_carried,
        bool_or(o.message_no IS NOT NULL) AS is_known,
        bool_or(o.message_no IS NULL AND o.refusal IS NULL) AS is_new,
        (array_agg(o.digest ORDER BY o.version DESC))[1] AS digest,
        CASE u.object_kind
            WHEN 'sale' THEN u.object_key
            WHEN 'correction' THEN regexp_replace(u.object_key, '\|[0-9]+$', '')
        END AS sale_key
    FROM (
        SELECT DISTINCT object_kind, object_key FROM delivery.onec_outbox
        WHERE peer = :peer AND (message_no IS NULL OR message_no > :confirmed_no)
    ) u
    JOIN delivery.onec_outbox o ON (o.object_kind, o.object_key) = (u.object_kind, u.object_key)
    WHERE o.peer = :peer
    GROUP BY u.object_kind, u.object_key
),
corrected AS MATERIALIZED (
    SELECT DISTINCT regexp_replace(object_key, '\|[0-9]+$', '') AS sale_key FROM delivery.onec_outbox
    WHERE peer = :peer AND object_kind = 'correction'
),
issued AS MATERIALIZED (
    SELECT
        i.contract_no || '|' || to_char(i.month, 'YYYY-MM') AS sale_key, i.invoice_id, i.issued_at, i.year, i.sequence_no,
        dense_rank() OVER (PARTITION BY i.contract_no, i.month ORDER BY i.issued_at) AS run
    FROM billing.invoices i
    JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    WHERE i.month IN (SELECT DISTINCT to_date(right(sale_key, 7), 'YYYY-MM') FROM versions WHERE sale_key IS NOT NULL)
),
months AS MATERIALIZED (
    SELECT
        v.*,
        array_agg(i.invoice_id ORDER BY i.issued_at, i.year, i.sequence_no) AS invoice_ids,
        array_agg(i.run ORDER BY i.issued_at, i.year, i.sequence_no) AS runs
    FROM versions v
    JOIN issued i USING (sale_key)
    WHERE CASE v.object_kind
        WHEN 'correction' THEN i.run <= CAST(substring(v.object_key FROM '[0-9]+$') AS integer)
        ELSE i.run <= v.version OR NOT EXISTS (SELECT FROM corrected k WHERE k.sale_key = v.sale_key)
    END
    GROUP BY v.object_kind, v.object_key, v.version, v.is_carried, v.is_known, v.is_new, v.digest, v.sale_key
)
SELECT v.*, ARRAY[i.invoice_id] AS invoice_ids, CAST(NULL AS bigint[]) AS runs
FROM versions v
JOIN billing.invoices i ON i.number = v.object_key
WHERE v.object_kind = 'invoice'
UNION ALL
SELECT * FROM months
UNION ALL
SELECT v.*, CAST('{}' AS uuid[]), CAST(NULL AS bigint[])
FROM versions v
WHERE v.object_kind NOT IN ('invoice', 'sale', 'correction')
