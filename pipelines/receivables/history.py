"""What people said of outgoing payments that may be refunds, as a source of decisions (domain.md §8)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (DecisionSource("receivables/history_of_refund_words", {"refunds": Layout()}),)
