"""Promises of payment that people took, as a source of decisions (domain.md §9)."""

from pipelines.warehouse.decisions import Layout, Source

SOURCES = (Source("warehouse/access/history_of_promises", {"promises": Layout()}),)
