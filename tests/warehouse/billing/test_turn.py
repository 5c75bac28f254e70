"""Whoever comes second is told by whom a month is being billed, also when no person started the first run."""

from datetime import date

import pytest

from pipelines.period import Month
from pipelines.runs import draft_to_issue
from pipelines.runs.prepay import prepay
from pipelines.runs.watch import watch
from pipelines.warehouse.locks import AlreadyRunning
from tests.conftest import NOW


def test_an_unattended_run_is_named_as_one(settings, monkeypatch):
    draft, tried = draft_to_issue.draft, []

    def watched_meanwhile(*run):
        with pytest.raises(AlreadyRunning, match=r"billing of 2026-01 is already running, by an unattended run \(process \d+ on "):
            watch(settings, date(2026, 1, 2), approver=None, issued_on=None, at=NOW)
        tried.append(run)
        return draft(*run)

    monkeypatch.setattr(draft_to_issue, "draft", watched_meanwhile)
    assert prepay(settings, Month(2026, 1), approver=None, issued_on=None, at=NOW).issued.invoices == 0
    assert len(tried) == 1
