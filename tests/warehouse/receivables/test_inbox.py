"""The folder of bank statements: imported first, moved afterwards, each file on its own."""

from decimal import Decimal

import pytest

from pipelines.receivables import inbox
from pipelines.receivables.inbox import import_inbox
from pipelines.receivables.listing import payments
from tests.conftest import NOW
from tests.database import contents, difference
from tests.foreign_statements import PAID, SINGLE, THEIRS, camt, entry, mt940
from tests.ledger_world import ACCOUNTS, House, Paper, statement

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


def test_the_format_is_told_by_the_content_and_a_payment_is_one_in_all_of_them(house, settings):
    folder = settings.exchange / "bank" / "in"
    ours = ACCOUNTS["ORG"]
    statement(folder / "1.txt", Paper("317", "1220.50", "Оплата", INN, day="2026-03-03", account=THEIRS))
    details = SINGLE.replace("2026-03-02T", "2026-03-03T")
    (folder / "2.txt").write_bytes(camt(entry(details=details), entry("7.00", code="INTR"), account=f"<IBAN>RU00044525225{ours}</IBAN>"))
    movement = PAID.replace(":61:2603020303", ":61:2603030303")
    (folder / "3.sta").write_bytes(mt940(movement, movement, account=ours, closing="C260303RUB3441,00"))
    (folder / "4.xml").write_bytes(camt(entry().replace("RUB", "EUR"), account=f"<IBAN>RU00044525225{ours}</IBAN>"))
    done = import_inbox(settings, NOW)
    assert [(each.file, each.payments, each.known) for each in done.imported] == [("1.txt", 1, 0), ("2.txt", 0, 1), ("3.sta", 1, 1)]
    [failed] = done.failed
    assert failed.name == "4.xml"
    assert "in EUR, and only roubles are taken" in failed.reason
    assert [row["amount"] for row in payments(settings)] == [Decimal("1220.50")] * 2
    assert names(settings, "failed") == ["4.xml", "4.xml.error.txt"]


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
