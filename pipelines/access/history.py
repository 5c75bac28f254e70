"""Promises that people took and stops of all blocking, as sources of decisions (domain.md §9)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (
    DecisionSource("access/history_of_promises", {"promises": Layout()}),
    DecisionSource("access/history_of_stops", {"stops": Layout()}),
)
