"""What a run came to, in one line."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.access.orders import DunningResult
from pipelines.access.reconcile import Reconciliation
from pipelines.billing.model import Purpose
from pipelines.period import Month
from pipelines.runs.outcome import ladder_words, reconciled_words, restored_words, run_words

FEBRUARY = Month(2026, 2)


@pytest.mark.parametrize(
    ("purpose", "invoices", "total", "parked", "words"),
    [
        (Purpose.CLOSE, 36, "605704.05", 6, "Февраль 2026 г.: 36 счетов на 605 704,05 ₽, отложено 6"),
        (Purpose.CLOSE, 0, "0", 2, "Февраль 2026 г.: счетов нет, отложено 2"),
        (Purpose.PREPAY, 1, "300", 0, "Февраль 2026 г., предоплата: 1 счёт на 300,00 ₽"),
        (Purpose.CORRECT, 3, "-120.50", 0, "Февраль 2026 г., исправление: 3 счёта на −120,50 ₽"),
    ],
)
def test_month_invoices_sum_and_what_was_left_out(purpose, invoices, total, parked, words):
    assert " ".join(run_words(FEBRUARY, purpose, invoices, Decimal(total), parked).split()) == words


def test_a_stop_stands_in_the_note_of_every_run_that_touches_access():
    day, halt = date(2026, 3, 24), "Анна Петрова, 24.03.2026 09:00: сверка"
    stopped = DunningResult(day, (), {"live": "no answer"}, is_done=True, stopped=halt)
    ends = f"; отключения остановлены ({halt}); не записано на платформы: live"
    assert restored_words(stopped) == f"Доступ возвращён: 0{ends}"
    assert ladder_words(stopped).endswith(ends)
    assert restored_words(DunningResult(day, (), {}, is_done=True)) == "Доступ возвращён: 0"
    reconciled = Reconciliation(day, 4, ("block_lifted live/2",), {"far": "no answer"})
    assert reconciled_words(reconciled) == "24.03.2026: сверено учётных записей 4, расхождений 1; не прочитано: far"
