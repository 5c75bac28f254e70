"""Nothing that a command writes can be read by another user of the machine, also where the user's umask closes nothing."""

import json
import os
import stat
from datetime import date
from pathlib import Path

import click
import pytest

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from tests import command_table
from tests.company import Company, steady
from tests.conftest import NOW, cloned

CONSUMER = {"consumer": "crm", "name": "CRM", "datasets": "clients, contracts", "personal_data": "yes", "valid_from": "2026-01-01"}
DAYS = [date(2026, 1, number) for number in (30, 31)]
COMPANY = Company(
    {"K1": steady(1), "K2": steady(2)},
    starts_on=DAYS[0],
    clients={"K2": {"dealer_code": "C-K1", "email": "k2@client.example"}},
    extra={"consumers": [CONSUMER]},
)
JANUARY = ("--month", "2026-01")


def _writers(folder: Path, number: str, letter: dict[str, str]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Command → ways to let it write a file of one's own naming."""
    at = lambda name: str(folder / name)  # noqa: E731 - a name for each file
    return {
        ("backup",): [(at("backup"),)],
        ("master", "export"): [(at("m.xlsx"),)],
        ("master", "template"): [(at("t.xlsx"),)],
        ("master", "suggest"): [("--out", at("s.xlsx"))],
        ("dealers", "report"): [("C-K1", *JANUARY, "--pdf", at("d.pdf"), "--workbook", at("d.xlsx"))],
        ("explain",): [(number, "--workbook", at("e.xlsx"), "--pdf", at("e.pdf"))],
        ("proof",): [(number, "--out", at("p.zip"))],
        ("statement",): [("--client", "C-K1", "--from", "2026-01-01", "--to", "2026-03-31", "--pdf", at("s.pdf"))],
        ("mail", "show"): [(letter["kind"], letter["key"], "--out", at("l.eml"))],
        ("export", "take"): [("crm", "--out", at("x"))],
    }


def _takes_a_place() -> set[tuple[str, ...]]:
    """Commands with an argument or option that names what they write."""
    found = set()
    for path, command, _ in command_table.commands():
        for each in command.params:
            named = isinstance(each.type, click.Path) and not each.type.exists
            if named and (isinstance(each, click.Option) or path[-1] in ("backup", "export", "template")):
                found.add(tuple(path[1:]))
    return found


@pytest.fixture(scope="module")
def careless():
    usual = os.umask(0)
    yield
    os.umask(usual)


@pytest.fixture(scope="module")
def settings(careless, server_home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("modes")
    with cloned(server_home, folder / "home") as made:
        author = Authorship("Анна", "проверено", NOW)
        import_master(made, str(COMPANY.write_master(folder / "master")), author)
        for day in DAYS:
            COMPANY.write_day(folder / "files", day)
        land_folder(made, "gps1", str(folder / "files"), NOW)
        close(made, Month(2026, 1), approver=author, issued_on=date(2026, 2, 1), at=NOW)
        yield made


def _open_to_others(folder: Path) -> list[str]:
    return [f"{stat.filemode(path.stat().st_mode)} {path}" for path in [folder, *folder.rglob("*")] if path.stat().st_mode & 0o077]


def test_what_a_command_writes_is_its_users_alone(settings, run_cli, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir(mode=0o700)
    number = json.loads(run_cli("invoices", *JANUARY, "--format", "json")[1])[0]["number"]
    letter = json.loads(run_cli("mail", "status", "--state", "queued", "--format", "json")[1])[0]
    writers = _writers(folder, number, letter)
    assert set(writers) == _takes_a_place() - {("restore",)}
    for command, ways in writers.items():
        for way in ways:
            before = len(list(folder.rglob("*")))
            code, _, err = run_cli(*command, *way)
            assert code in (0, 1), (command, err)
            assert len(list(folder.rglob("*"))) > before, (command, way, err)
    assert _open_to_others(folder) == []


def test_the_house_is_its_users_and_the_exchange_its_groups_too(settings, run_cli):
    for command in (("onec", "send"), ("snapshot", "docs"), ("export", "take", "crm"), ("dunning", "--date", "2026-03-01")):
        run_cli(*command)
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".parquet", ".pdf", ".xlsx", ".xml", ".html", ".csv"}
    others = [path for path in files if path.stat().st_mode & 0o007]
    assert others == []
    to_the_group = [path for path in files if path.stat().st_mode & 0o070]
    assert [path for path in to_the_group if not path.is_relative_to(settings.exchange)] == []
