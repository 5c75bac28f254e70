"""What people said about runs, as sources of decisions: approved, rejected; contracts held back, released (domain.md §7)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (
    DecisionSource("billing/history_of_approvals", {"approvals": Layout()}),
    DecisionSource("billing/history_of_holds", {"holds": Layout()}),
)
