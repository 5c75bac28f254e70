"""Promises of payment that people took, as a source of decisions (domain.md §9)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (DecisionSource("access/history_of_promises", {"promises": Layout()}),)
