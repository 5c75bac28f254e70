"""What people said about days and snapshots, as sources of decisions: carried, accepted, withdrawn (domain.md §2)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (
    DecisionSource("evidence/history_of_carries", {"carries": Layout()}),
    DecisionSource("evidence/history_of_rulings", {"snapshots": Layout()}),
)
