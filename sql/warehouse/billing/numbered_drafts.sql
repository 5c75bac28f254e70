-- grain: draft of the approved run that is going to be issued, with its date and its number in the organization's year
-- inputs: billing.drafts, billing.numbers (rows locked by lock_numbers), master.organizations; :month, :purpose, :issued_on (NULL: the
--   organization's local date of :at), :at
-- rerun: in the issuing transaction only; numbers follow the byte order of contract_no
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT
    d.invoice_id, d.year, d.issued_on, d.issued_on + d.payment_days AS due_on,
    coalesce(n.last_no, 0) + row_number() OVER (
        PARTITION BY d.organization_code, d.year ORDER BY d.contract_no COLLATE "C", d.kind, d.cause
    ) AS sequence_no,
    d.organization_code,
    d.evidence #>> '{organization,invoice_prefix}' AS prefix
FROM (
    SELECT
        b.*, i.issued_on, extract(year FROM i.issued_on)::integer AS year
    FROM billing.drafts b
    CROSS JOIN LATERAL (
        SELECT coalesce(:issued_on, (:at AT TIME ZONE (b.evidence #>> '{organization,time_zone}'))::date) AS issued_on
    ) i
    WHERE b.month = :month AND b.purpose = :purpose AND NOT b.discarded
) d
LEFT JOIN billing.numbers n USING (organization_code, year)
