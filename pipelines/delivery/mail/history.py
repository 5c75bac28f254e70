"""Letters that a person decided about, as a source of decisions: they arrived, or are to be sent again."""

from pipelines.warehouse.decisions import DecisionSource, Layout

SOURCES = (DecisionSource("delivery/mail/history_of_resolved", {"letters": Layout()}),)
