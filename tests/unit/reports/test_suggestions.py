"""Who may pay for an account: what is certain, what is likely, and what is left to a person."""

from datetime import date

import pytest

from pipelines.reports.suggestions import KnownPayer, Payers, UnpaidAccount, inns_in, plain_name, spelled

ROMASHKA = KnownPayer("C1", "ООО «Ромашка»", "Общество с ограниченной ответственностью «Ромашка»", "7707083893", ("МТ-1",))
TWO = KnownPayer("C2", "ТК Северный Путь", None, None, ("А/2", "А/3"))
GONE = KnownPayer("C3", "Ушедший Перевозчик", None, None, ())
PAYERS = Payers([ROMASHKA, TWO, GONE], {"OLD": "C1", "МТ-1": "C1"})


def account(
    name: str | None = None, parents: tuple[str, ...] = (), beside: tuple[str, ...] = (), ended: str | None = None
) -> UnpaidAccount:
    return UnpaidAccount("gps1", "a9", name, parents, beside, 3, date(2026, 1, 5), date(2026, 1, 31), None, ended)


@pytest.mark.parametrize(
    ("unpaid", "client", "contract", "score", "certain"),
    [
        (account("Филиал 7707083893"), "C1", "МТ-1", 100, True),
        (account("договор MT-1, юг"), "C1", "МТ-1", 98, True),  # Latin letters
        (account("OOO Romashka"), "C1", "МТ-1", 90, False),  # the same name in Latin letters is only likely
        (account("Ромашка-2"), "C1", "МТ-1", 90, False),
        (account("Путь Северный"), "C2", None, 90, False),  # two contracts: a person chooses
        (account("Ушедший перевозчик"), "C3", None, 90, False),
        (account("user17", parents=("ИНН 7707083893",)), "C1", "МТ-1", 85, False),
        (account("user17", ended="OLD"), "C1", "МТ-1", 90, False),
        (account("user17", beside=("МТ-1",)), "C1", "МТ-1", 60, False),
        (account("user17", beside=("МТ-1", "А/2")), None, None, 0, False),
        (account("7707083894"), None, None, 0, False),  # mistyped
        (account("Совсем Другой"), None, None, 0, False),
        (account(None), None, None, 0, False),
        (account(""), None, None, 0, False),
    ],
)
def test_the_best_suggestion(unpaid, client, contract, score, certain):
    found = PAYERS.suggest(unpaid)
    assert (found.client_code, found.contract_no, found.score, found.is_certain) == (client, contract, score, certain)
    assert found.reason


def test_an_inn_that_is_nobodys_is_kept_for_the_draft():
    found = PAYERS.suggest(account("Новый клиент 500100732259"))
    assert (found.client_code, found.inn) == (None, "500100732259")


def test_texts_for_comparing():
    assert inns_in("ИНН 7707083893, тел. 79161234567, 7707083890") == ["7707083893"]
    assert spelled("мт-1 ") == spelled("MT1")
    assert plain_name("ООО «Северный Щит» №2") == "severnyy shchit"
