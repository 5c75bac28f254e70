"""What a run came to, in one line."""

from decimal import Decimal

import pytest

from pipelines.billing.model import Purpose
from pipelines.period import Month
from pipelines.runs.outcome import run_words

FEBRUARY = Month(2026, 2)


@pytest.mark.parametrize(
    ("purpose", "invoices", "total", "parked", "words"),
    [
        (Purpose.CLOSE, 36, "605704.05", 6, "Февраль 2026: 36 счетов на 605 704,05 ₽, отложено 6"),
        (Purpose.CLOSE, 0, "0", 2, "Февраль 2026: счетов нет, отложено 2"),
        (Purpose.PREPAY, 1, "300", 0, "Февраль 2026, предоплата: 1 счёт на 300,00 ₽"),
        (Purpose.CORRECT, 3, "-120.50", 0, "Февраль 2026, исправление: 3 счёта на −120,50 ₽"),
    ],
)
def test_month_invoices_sum_and_what_was_left_out(purpose, invoices, total, parked, words):
    assert " ".join(run_words(FEBRUARY, purpose, invoices, Decimal(total), parked).split()) == words
