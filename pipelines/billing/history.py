"""What people said about runs, as sources of decisions: approved, rejected; contracts held back, released (domain.md §7)."""

from pipelines.warehouse.decisions import Layout, Source

SOURCES = (
    Source("warehouse/billing/history_of_approvals", {"approvals": Layout()}),
    Source("warehouse/billing/history_of_holds", {"holds": Layout()}),
)
