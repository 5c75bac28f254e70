"""What people said of payments: what they pay, and which of them are refunds, as sources of decisions (domain.md §8)."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (
    DecisionSource("receivables/history_of_refund_words", {"refunds": Layout()}),
    DecisionSource("receivables/history_of_allocation_words", {"allocations": Layout()}),
    DecisionSource("receivables/history_of_write_offs", {"write_offs": Layout()}),
)
