"""Billing: one verb per file: draft, approve, issue, close, preview; issued invoices are only ever added."""
