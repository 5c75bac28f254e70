"""What people said about findings, as a source of decisions: muted until a day, let speak again (domain.md §10)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (DecisionSource("findings/history_of_mutings", {"mutings": Layout()}),)
