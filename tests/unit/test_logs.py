"""A verb leaves one line: what it did, with what, how long; a failure by the class of its error alone."""

import logging

import pytest

from pipelines import logs
from pipelines.errors import BadInput


def test_a_verb_tells_its_ids_and_counts(caplog):
    with caplog.at_level(logging.INFO, "fleetbill"), logs.verb("billing", "issue", month="2026-01") as done:
        done["invoices"] = 42
    (record,) = caplog.records
    assert record.name == "fleetbill.billing"
    assert record.getMessage().startswith("issue month=2026-01 invoices=42 seconds=")
    assert record.fleetbill["invoices"] == 42


def test_a_failure_quotes_no_input(caplog):
    with caplog.at_level(logging.INFO, "fleetbill"), pytest.raises(BadInput), logs.verb("master", "import"):
        raise BadInput.one("clients.csv:2", "ivan@example.com is unknown")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("import failed: BadInput seconds=")
    assert "ivan" not in caplog.text
