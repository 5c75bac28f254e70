"""One bad file among banks' files never holds up the others, whatever is wrong with it."""

import os

import pytest

from pipelines.receivables import importing, inbox
from pipelines.receivables.inbox import import_inbox
from pipelines.warehouse.engine import WarehouseUnreachable
from tests.conftest import NOW
from tests.ledger_world import House, Paper, statement

INN = "7736207543"


@pytest.fixture
def folder(settings):
    House(settings).client("A", INN)
    place = settings.exchange / "bank"
    statement(place / "in" / "z.txt", Paper("1", "10.00", "за связь", INN))
    return place


def names(folder):
    return sorted(os.fsencode(path.name).decode(errors="replace") for path in folder.iterdir()) if folder.exists() else []


def test_a_reader_that_breaks_breaks_for_one_file(folder, settings, monkeypatch):
    statement(folder / "in" / "a.txt", Paper("2", "10.00", "бум", INN))
    real = importing.parse

    def parse(data, name, limits):
        if name == "a.txt":
            raise KeyError("НазначениеПлатежа7")
        return real(data, name, limits)

    monkeypatch.setattr(importing, "parse", parse)
    found = import_inbox(settings, NOW)
    assert [each.file for each in found.imported] == ["z.txt"]
    assert [(each.name, "fault of the reader (KeyError" in each.reason) for each in found.failed] == [("a.txt", True)]
    assert (names(folder / "in"), names(folder / "failed")) == ([], ["a.txt", "a.txt.error.txt"])
    assert found.lines[-1] == "a.txt: not read, moved to failed"


def test_a_name_that_is_no_text(folder, settings):
    bad = folder / "in" / os.fsdecode(b"\xff\xfe.txt")
    bad.write_bytes(b"nothing")
    good = statement(folder / "in" / os.fsdecode(b"a\xff.txt"), Paper("3", "5.00", "за связь", INN))
    found = import_inbox(settings, NOW)
    assert sorted(each.file for each in found.imported) == ["a\ufffd.txt", "z.txt"]
    assert [each.name for each in found.failed] == ["\ufffd\ufffd.txt"]
    assert names(folder / "in") == []
    assert not good.exists()


def test_files_too_large_truncated_or_of_another_kind(folder, settings):
    from dataclasses import replace

    whole = (folder / "in" / "z.txt").read_bytes()
    (folder / "in" / "a.txt").write_bytes(whole + b"\n" * (1 << 20))
    (folder / "in" / "b.txt").write_bytes(whole[: len(whole) // 2])
    (folder / "in" / "c.zip").write_bytes(b"PK\x03\x04" + whole)
    (folder / "in" / "d.txt").write_bytes(whole.decode("cp1251").encode("koi8-r"))
    (folder / "in" / "e.txt").write_bytes(b"")
    found = import_inbox(replace(settings, bank_max_megabytes=1), NOW)
    assert [each.file for each in found.imported] == ["z.txt"]
    assert [each.name for each in found.failed] == ["a.txt", "b.txt", "c.zip", "d.txt", "e.txt"]
    assert "FLEETBILL_BANK_MAX_MEGABYTES" in (folder / "failed" / "a.txt.error.txt").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_moved_is_told_and_the_others_go_on(folder, settings, monkeypatch):
    statement(folder / "in" / "a.txt", Paper("2", "10.00", "x", INN))
    real = inbox.move

    def move(path, target, problems=""):
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        real(path, target, problems)

    monkeypatch.setattr(inbox, "move", move)
    found = import_inbox(settings, NOW)
    assert [each.file for each in found.imported] == ["a.txt", "z.txt"]
    assert [(each.name, each.reason) for each in found.failed] == [
        ("a.txt", "it stays where it is, for it cannot be moved: Permission denied")
    ]
    assert names(folder / "done") == ["z.txt"]


def test_a_database_that_does_not_answer_is_no_files_fault(folder, settings):
    from dataclasses import replace

    with pytest.raises(WarehouseUnreachable):
        import_inbox(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/x"), NOW)
    assert names(folder / "in") == ["z.txt"]
