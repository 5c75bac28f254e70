"""What a corrective invoice is called: a late prepayment, other terms, or vehicles above those paid ahead (domain.md §6)."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from pipelines.documents.billed_ahead import billed_ahead
from pipelines.documents.model import BilledAhead
from pipelines.documents.present import invoice
from pipelines.period import Month
from tests.unit.documents import samples

TEN = ("2020-01-01", 10, "peak")
STOOD = ["3000.00", "660.00", "3660.00"]


def issued(fleet, terms=(TEN,), stood=STOOD, first="2026-04-01", last="2026-04-30", purpose="watch", cause="2026-04-20"):
    """A corrective of April with one line; ``fleet``: vehicles of the days from the 1st on."""
    return SimpleNamespace(
        month=Month(2026, 4).first,
        purpose=purpose,
        cause=cause,
        lines=[{"segment_from": first, "segment_to": last, "stood": stood}],
        evidence={
            "terms": [{"valid_from": day, "prepaid_vehicles": count, "basis": basis} for day, count, basis in terms],
            "days": [{"day": number, "fleet_size": size} for number, size in enumerate(fleet, 1)],
        },
    )


@pytest.mark.parametrize(
    "expected",
    [
        (issued([8] * 20, stood=None), BilledAhead.PREPAYMENT),
        (issued([], stood=None), BilledAhead.PREPAYMENT),
        (issued([13] * 20), BilledAhead.EXCEEDED),
        (issued([13] * 20, stood=None), BilledAhead.PREPAYMENT, BilledAhead.EXCEEDED),
        (issued([8] * 20, terms=(TEN, ("2026-04-16", 15, "peak"))), BilledAhead.AGREED),
        (issued([8] * 15 + [13] * 5, terms=(TEN, ("2026-04-16", 15, "peak"))), BilledAhead.AGREED),
        (issued([8] * 15 + [16] * 5, terms=(TEN, ("2026-04-16", 15, "peak"))), BilledAhead.EXCEEDED),
        (issued([8] * 19 + [13], cause="2026-04-19/2"), BilledAhead.AGREED),  # the day after the watched one does not count
        (issued([0] * 15 + [19] * 15, terms=(("2020-01-01", 10, "average"),), purpose="close", cause="close"), BilledAhead.AGREED),
        (issued([0] * 15 + [21] * 15, terms=(("2020-01-01", 10, "average"),), purpose="close", cause="close"), BilledAhead.EXCEEDED),
        (issued([13] * 20, first="2026-04-25"), BilledAhead.AGREED),
    ],
    ids=range(11),
)
def test_what_a_corrective_bills(expected):
    row, *billed = expected
    assert billed_ahead(row) == tuple(billed)


@pytest.mark.parametrize(
    ("billed", "said"),
    [
        ((BilledAhead.PREPAYMENT,), "Предоплата услуг за январь 2026 г."),
        ((BilledAhead.AGREED,), "Доплата по изменению условий за январь 2026 г."),
        ((BilledAhead.EXCEEDED,), "Доплата за превышение предоплаченного количества машин за январь 2026 г."),
        (
            (BilledAhead.PREPAYMENT, BilledAhead.EXCEEDED),
            "Предоплата услуг и доплата за превышение предоплаченного количества машин за январь 2026 г.",
        ),
    ],
)
def test_the_paper_says_it(billed, said):
    paper = replace(samples.invoice(kind="corrective"), billed_ahead=billed)
    assert invoice(paper, with_qr=False)["subject"].replace("\u00a0", " ") == said
