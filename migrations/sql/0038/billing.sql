-- The issued invoices of an organization form a chain in the order of their issue: whoever changes, removes or slips in one breaks it.

-- grain: issued invoice; append-only. No foreign key: a link must outlive an invoice that somebody removed.
CREATE TABLE billing.chain (
    organization_code text NOT NULL,
    link_no integer NOT NULL CHECK (link_no > 0),       -- from 1 without gaps
    number text NOT NULL UNIQUE,
    content text NOT NULL,                              -- sha256 of the invoice's canonical content, hexadecimal
    previous text NOT NULL,                             -- digest of the link before; 64 zeros before the first
    digest text NOT NULL,                               -- sha256 of previous and content, as billing.next_link says
    is_printed boolean NOT NULL DEFAULT true,           -- false: the paper was made before there was a chain
    PRIMARY KEY (organization_code, link_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.chain
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON billing.chain TO fleetbill_app;

CREATE FUNCTION billing.hex_digest(content text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN encode(sha256(convert_to(content, 'UTF8')), 'hex');

-- Digest of a link: of the 128 hexadecimal digits of the link before and of the content.
CREATE FUNCTION billing.next_link(last text, previous text, content text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN billing.hex_digest(coalesce(last, previous) || content);

-- Digest of the last of some links in order: of each its content, and what stands before the first of them.
CREATE AGGREGATE billing.chained(previous text, content text) (SFUNC = billing.next_link, STYPE = text);

-- What an approved run's invoices rest on together.
CREATE FUNCTION billing.run_digest(evidence billing.evidence) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN billing.hex_digest((evidence).tariffs::text || (evidence).snapshots::text || (evidence).vehicles_digest);

-- The canonical content of an invoice, without the moment and the approval of its issue: the same for the same work done again.
CREATE FUNCTION billing.canonical(invoice billing.invoices, lines json, run text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN json_build_object(
        'format', 1, 'number', (invoice).number, 'organization', (invoice).organization_code, 'client', (invoice).client_code,
        'contract', (invoice).contract_no, 'month', to_char((invoice).month, 'YYYY-MM'), 'purpose', (invoice).purpose, 'kind', (invoice).kind,
        'cause', (invoice).cause, 'issued_on', (invoice).issued_on, 'due_on', (invoice).due_on, 'currency', (invoice).currency,
        'net', (invoice).net::text, 'vat', (invoice).vat::text, 'total', (invoice).total::text, 'lines', lines,
        'evidence', billing.hex_digest((invoice).evidence::text), 'run', run
    )::text;

CREATE FUNCTION billing.canonical_line(line billing.invoice_lines) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
    RETURN json_build_object(
        'line_no', (line).line_no, 'tariff_code', (line).tariff_code, 'component_no', (line).component_no, 'component', (line).component,
        'kind', (line).component_kind, 'segment_from', (line).segment_from, 'segment_to', (line).segment_to,
        'quantity', (line).quantity_exact, 'price', (line).price::text, 'share', (line).share,
        'discount_percent', (line).discount_percent::text, 'prices_include_vat', (line).prices_include_vat, 'net', (line).net::text,
        'vat_rate', (line).vat_rate::text, 'vat', (line).vat::text, 'total', (line).total::text, 'arithmetic', (line).arithmetic,
        'printed_quantity', (line).printed_quantity::text, 'printed_price', (line).printed_price::text, 'printed_text', (line).printed_text
    );

-- grain: issued invoice with its canonical content
CREATE VIEW billing.contents AS
WITH runs AS MATERIALIZED (SELECT e.month, e.purpose, e.approval_no, billing.run_digest(e) AS digest FROM billing.evidence e)
SELECT
    i.invoice_id, i.organization_code, i.number, i.year, i.sequence_no, i.issued_at,
    billing.canonical(
        i, (SELECT json_agg(billing.canonical_line(l) ORDER BY l.line_no) FROM billing.invoice_lines l WHERE l.invoice_id = i.invoice_id),
        runs.digest
    ) AS content
FROM billing.invoices i
LEFT JOIN runs ON (runs.month, runs.purpose, runs.approval_no) = (i.month, i.purpose, i.approval_no);
GRANT SELECT ON billing.contents TO fleetbill_app;

INSERT INTO billing.chain (organization_code, link_no, number, content, previous, digest, is_printed)
SELECT
    organization_code, link_no, number, content,
    coalesce(lag(digest) OVER (PARTITION BY organization_code ORDER BY link_no), repeat('0', 64)), digest, false
FROM (
    SELECT
        c.organization_code, c.number, c.content, row_number() OVER issued AS link_no,
        billing.chained(repeat('0', 64), c.content) OVER issued AS digest
    FROM (SELECT organization_code, number, issued_at, year, sequence_no, billing.hex_digest(content) AS content FROM billing.contents) c
    WINDOW issued AS (PARTITION BY c.organization_code ORDER BY c.issued_at, c.year, c.sequence_no ROWS UNBOUNDED PRECEDING)
) links;
