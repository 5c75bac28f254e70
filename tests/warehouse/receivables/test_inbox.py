"""The folder of bank statements: imported first, moved afterwards, each file on its own."""

from decimal import Decimal

import pytest

from pipelines.receivables import inbox
from pipelines.receivables.inbox import import_inbox
from pipelines.receivables.listing import payments
from tests.conftest import NOW
from tests.database import contents, difference
from tests.ledger_world import House, Paper, statement

INN = "7736207543"


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    return made


def names(settings, folder):
    path = settings.exchange / "bank" / folder
    return sorted(one.name for one in path.iterdir()) if path.exists() else []


def test_good_files_are_done_and_bad_ones_explained(house, settings):
    folder = settings.exchange / "bank" / "in"
    statement(folder / "b.txt", Paper("1", "10.00", "за связь", INN))
    (folder / "a.txt").write_bytes("1CClientBankExchange\r\nКодировка=Windows\r\nСекцияДокумент=Чек\r\n".encode("cp1251"))
    statement(folder / "c.txt.part", Paper("2", "20.00", "за связь", INN))
    found = import_inbox(settings, NOW)
    assert [one.file for one in found.imported] == ["b.txt"]
    assert [(one.name, one.reason.splitlines()[0]) for one in found.failed] == [
        ("a.txt", "a.txt:3: the document is not closed by КонецДокумента")
    ]
    assert (names(settings, "in"), names(settings, "done"), names(settings, "failed")) == (
        ["c.txt.part"],
        ["b.txt"],
        ["a.txt", "a.txt.error.txt"],
    )
    assert "КонецФайла is missing" in (settings.exchange / "bank" / "failed" / "a.txt.error.txt").read_text(encoding="utf-8")
    assert [row["amount"] for row in payments(settings)] == [Decimal("10.00")]


def test_a_run_killed_between_import_and_move_is_repeated_without_harm(house, settings, monkeypatch):
    statement(settings.exchange / "bank" / "in" / "b.txt", Paper("1", "10.00", "за связь", INN))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            import_inbox(settings, NOW)
    before = contents(settings)
    assert (names(settings, "in"), len(payments(settings))) == (["b.txt"], 1)
    assert import_inbox(settings, NOW).imported[0].known == 1
    assert difference(contents(settings), before) == {}
    assert names(settings, "done") == ["b.txt"]


def test_banks_give_every_file_one_name(house, settings):
    folder = settings.exchange / "bank" / "in"
    for number in ("1", "2", "1"):
        statement(folder / "kl_to_1c.txt", Paper(number, "10.00", "за связь", INN))
        import_inbox(settings, NOW)
    assert len(names(settings, "done")) == 2
    assert names(settings, "in") == []
    assert len(payments(settings)) == 2


def test_no_folder_is_nothing_to_do(settings):
    assert import_inbox(settings, NOW).lines == ()
