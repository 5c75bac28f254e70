-- The chain goes: what was printed of it stays on the papers, and an upgrade makes the same links again.
DROP TABLE billing.chain;
DROP VIEW billing.contents;
DROP FUNCTION billing.canonical_line(billing.invoice_lines);
DROP FUNCTION billing.canonical(billing.invoices, json, text);
DROP FUNCTION billing.run_digest(billing.evidence);
DROP AGGREGATE billing.chained(text, text);
DROP FUNCTION billing.next_link(text, text, text);
DROP FUNCTION billing.hex_digest(text);
