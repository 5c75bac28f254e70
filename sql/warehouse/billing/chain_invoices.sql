-- grain: issued invoice: its link in the chain of its organization, after the last one
-- inputs: temporary table numbered, billing.invoices, billing.invoice_lines, billing.evidence, billing.chain; :month, :purpose,
--   :approval_no
-- rerun: in the issuing transaction only, under the lock of the numbers, which keeps links in one order without gaps
INSERT INTO billing.chain (organization_code, link_no, number, content, previous, digest)
SELECT
    organization_code, link_no, number, content,
    coalesce(lag(digest) OVER (PARTITION BY organization_code ORDER BY link_no), last_digest), digest
FROM (
    SELECT
        c.organization_code, c.number, c.content, l.last_digest, l.last_no + row_number() OVER issued AS link_no,
        billing.chained(l.last_digest, c.content) OVER issued AS digest
    FROM (
        SELECT i.organization_code, i.number, i.year, i.sequence_no, billing.hex_digest(billing.canonical(i, b.lines, r.digest)) AS content
        FROM billing.invoices i
        JOIN numbered USING (invoice_id)
        JOIN (
            SELECT x.invoice_id, json_agg(billing.canonical_line(x) ORDER BY x.line_no) AS lines
            FROM billing.invoice_lines x JOIN numbered USING (invoice_id) GROUP BY x.invoice_id
        ) b USING (invoice_id)
        CROSS JOIN (
            SELECT max(billing.run_digest(e)) AS digest
            FROM billing.evidence e WHERE (e.month, e.purpose, e.approval_no) = (:month, :purpose, :approval_no)
        ) r
    ) c
    JOIN (
        SELECT
            organization_code, coalesce(max(h.link_no), 0) AS last_no,
            coalesce((array_agg(h.digest ORDER BY h.link_no DESC))[1], repeat('0', 64)) AS last_digest
        FROM (SELECT DISTINCT organization_code FROM numbered) o
        LEFT JOIN LATERAL (
            SELECT link_no, digest FROM billing.chain k WHERE k.organization_code = o.organization_code ORDER BY link_no DESC LIMIT 1
        ) h ON true
        GROUP BY organization_code
    ) l USING (organization_code)
    WINDOW issued AS (PARTITION BY c.organization_code ORDER BY c.year, c.sequence_no ROWS UNBOUNDED PRECEDING)
) links
