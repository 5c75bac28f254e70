"""A closed house is backed up while it works, and an empty one becomes what it was: every row, every file."""

import json
import os
import shutil
import signal
import stat
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.billing import issue
from pipelines.clock import Authorship, now
from pipelines.delivery.onec.sending import send
from pipelines.documents import publish
from pipelines.exports.giving import give
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs import backup as backing
from pipelines.runs import restore as restoring
from pipelines.runs.backup import NoPlace, backup
from pipelines.runs.backup_archive import DamagedBackup, verified
from pipelines.runs.close import close
from pipelines.runs.restore import NotEmpty, restore
from pipelines.warehouse import dump, embedded, engine, migrate
from pipelines.warehouse.engine import transaction
from tests.company import Company, steady
from tests.conftest import NOW, cloned
from tests.database import contents, difference
from tests.lake_builder import Car, World
from tests.landed import closed, template

CONSUMER = {"consumer": "crm", "name": "CRM", "datasets": "clients, contracts", "personal_data": "yes", "valid_from": "2026-01-01"}
COMPANY = Company({"K1": steady(1), "K2": steady(2)}, extra={"consumers": [CONSUMER]})
JANUARY = Month(2026, 1)


@pytest.fixture(scope="module")
def before(server_home, tmp_path_factory):
    """Two contracts and a month of evidence, not billed yet."""
    with cloned(server_home, tmp_path_factory.mktemp("before") / "home") as made:
        import_master(made, str(COMPANY.write_master(tmp_path_factory.mktemp("master"))), Authorship("Анна", "начало", NOW))
        with World(made) as world:
            world.every_day("2026-01", "gps1", [Car("v1", "K1"), Car("v2", "K2"), Car("v3", "K2")])
        yield template(server_home, made)


@pytest.fixture(scope="module")
def careless():
    """A user whose umask closes nothing, so that what is closed was closed by us."""
    usual = os.umask(0)
    yield
    os.umask(usual)


@pytest.fixture(scope="module")
def house(careless, before, tmp_path_factory):
    """January issued; with files of the exchange whose names are hard to write down."""
    with (
        closed(before, tmp_path_factory.mktemp("closed"), JANUARY, now()) as issued,
        issued.copy(tmp_path_factory.mktemp("house") / "home") as made,
    ):
        folder = made.exchange / "onec" / "in"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Message BP\n\\n # ü.xml").write_bytes(b"<a/>")
        (folder / ".reached.json").write_bytes(b"{}")
        (folder / ".half.xml.77.part").write_bytes(b"<a")
        yield made


@pytest.fixture(scope="module")
def written(house, tmp_path_factory):
    """A backup of the house, and what the house held."""
    held = contents(house), files(house.home)
    folder = tmp_path_factory.mktemp("backups") / "one"
    backup(house, folder, now())
    return folder, *held


@contextmanager
def empty_house(server_home, tmp_path):
    """Settings of a house with a database in which nothing is, not even a schema."""
    with cloned(server_home, tmp_path / "empty", "template0") as made:
        yield made


def files(home):
    """Path → bytes of every file of a house but those that are made again."""
    kept = {
        path.relative_to(home): path for name in ("lake", "documents", "exchange") for path in (home / name).rglob("*") if path.is_file()
    }
    return {
        str(path): full.read_bytes() for path, full in kept.items() if not str(path).startswith("lake/derived") and path.suffix != ".part"
    }


def without_backups(tables):
    return {name: rows for name, rows in tables.items() if name != "runs.backups"}


def test_no_file_of_the_house_can_be_read_by_others(house):
    """Evidence, papers, workbook, letters and exports are their owner's; what 1C takes is its group's too."""
    onec = house.exchange / "onec"
    send(house, NOW)
    give(house, "crm", NOW)
    own = [path for name in ("lake", "documents", "exchange/exports") for path in (house.home / name).rglob("*")]
    for suffix in (".parquet", ".pdf", ".xlsx", ".csv"):
        assert any(path.suffix == suffix for path in own), suffix
    assert {oct(path.stat().st_mode) for path in own if path.is_file()} == {"0o100600"}
    assert {oct(path.stat().st_mode) for path in own if path.is_dir() and path.parent != house.home} == {"0o40700"}
    messages = [path for path in (onec / "out").rglob("*") if path.is_file()]
    assert messages
    assert {oct(path.stat().st_mode) for path in messages} <= {"0o100640", "0o100600"}
    assert {oct(path.stat().st_mode) for path in (onec / "out").glob("*.xml")} == {"0o100640"}


def test_the_first_schema_comes_up_with_its_data(house, server_home, written, tmp_path):
    """Down through every revision, and up again: what was issued and landed is what it was."""
    kept = ("billing.invoices", "billing.invoice_lines", "billing.numbers", "evidence.snapshots", "master.contracts", "usage.contract_days")
    with empty_house(server_home, tmp_path) as fresh:
        restore(fresh, written[0])
        with engine.as_owner(fresh) as connection, connection.begin():
            for table in ("master.consumers", "documents.approved_pages"):  # a schema without them refuses to lose them
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
                connection.execute(text(f"DELETE FROM {table}"))
        migrate.downgrade(fresh, migrate.revisions()[0])
        migrate.upgrade(fresh)
        again = contents(fresh)
        assert {name: again[name] for name in kept} == {name: written[1][name] for name in kept}
        assert all(written[1][name] for name in kept)


def test_every_row_and_every_file_comes_back(server_home, written, tmp_path):
    folder, tables, kept = written
    assert tables["billing.invoices"]
    assert len(kept) > 35
    assert {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]} == {0o600, 0o700}
    assert subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=folder, check=False, capture_output=True).returncode == 0
    with empty_house(server_home, tmp_path) as fresh:
        done = restore(fresh, folder)
        assert done.missing == ()
        assert difference(tables, contents(fresh)) == {}
        assert files(fresh.home) == kept
        assert not (fresh.home / ".restoring").exists()
        with pytest.raises(NotEmpty, match="the database is not empty"):
            restore(fresh, folder)


def test_a_house_of_its_own_goes_on_where_the_other_stood(written, run_cli, tmp_path, monkeypatch):
    folder, tables, _ = written
    home = tmp_path / "own"
    code, _, err = run_cli("restore", str(folder), "--into", str(home))
    try:
        assert code == 0, err
        monkeypatch.delenv("FLEETBILL_DATABASE_URL")
        monkeypatch.delenv("FLEETBILL_DATABASE_OWNER_URL")
        monkeypatch.setenv("FLEETBILL_HOME", str(home))
        code, out, err = run_cli("invoices", "--month", "2026-01", "--format", "json")
        assert code == 0, err
        assert len(json.loads(out)) == len(tables["billing.invoices"])
        code, _, err = run_cli("close", "--month", "2026-01", "--approve-by", "Анна")
        assert code == 0, err
        assert len(json.loads(run_cli("invoices", "--month", "2026-01", "--format", "json")[1])) == len(tables["billing.invoices"])
    finally:
        engine._engine.cache_clear()
        embedded.stop(home)


def test_a_damaged_backup_is_refused_before_anything_is_written(server_home, written, tmp_path):
    folder = written[0]

    def cut(path):
        path.write_bytes(path.read_bytes()[:-1])

    def flip(path):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    lake = next(folder.glob("lake/**/*.parquet")).relative_to(folder)
    with empty_house(server_home, tmp_path) as fresh:
        for name in ("database.dump", "manifest.json", "SHA256SUMS", lake):
            for harm in (cut, flip, Path.unlink):
                shutil.rmtree(tmp_path / "bad", ignore_errors=True)
                shutil.copytree(folder, tmp_path / "bad")
                harm(tmp_path / "bad" / name)
                with pytest.raises(DamagedBackup):
                    restore(fresh, tmp_path / "bad")
        sums = tmp_path / "bad" / "SHA256SUMS"
        shutil.copy(folder / "SHA256SUMS", sums)
        shutil.copy(folder / lake, tmp_path / "bad" / lake)
        lines = sums.read_text().splitlines(keepends=True)
        for text in ("".join(lines[1:]), "".join(lines) + f"{'0' * 64}  ../outside\n"):
            sums.write_text(text)
            with pytest.raises(DamagedBackup):
                restore(fresh, tmp_path / "bad")
        assert contents(fresh) == {}
        assert list(fresh.home.iterdir()) == []


def test_a_house_with_anything_in_it_is_left_alone(server_home, written, tmp_path):
    with empty_house(server_home, tmp_path) as fresh:
        (fresh.home / "documents").mkdir()
        (fresh.home / "documents" / "letter.pdf").write_bytes(b"mine")
        with pytest.raises(NotEmpty, match="documents"):
            restore(fresh, written[0])
        assert contents(fresh) == {}
        assert files(fresh.home) == {"documents/letter.pdf": b"mine"}


def killed(call, place, name, nth):
    """The call in a process of its own, which dies as soon as the function of that name is called for the nth time."""
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            engine._engine.cache_clear()
            real, calls = getattr(place, name), count(1)
            setattr(place, name, lambda *given: os.kill(os.getpid(), signal.SIGKILL) if next(calls) == nth else real(*given))
            call()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL, name


def test_killed_anywhere_and_run_again(server_home, house, written, tmp_path):
    folder, tables, kept = written
    with empty_house(server_home, tmp_path) as fresh:
        for place, name, nth in ((restoring, "_put_file", 20), (dump, "read", 1), (restoring, "_compare", 1)):
            killed(lambda: restore(fresh, folder), place, name, nth)
            assert (fresh.home / ".restoring").exists()
        restore(fresh, folder)
        assert difference(tables, contents(fresh)) == {}
        assert files(fresh.home) == kept
    for place, name, nth in ((dump, "write", 1), (backing, "_copy", 20), (backing, "_seal", 1)):
        killed(lambda: backup(house, tmp_path / "two", now()), place, name, nth)
        assert not (tmp_path / "two").exists()
    backup(house, tmp_path / "two", now())
    assert list(tmp_path.glob(".two*")) == []
    verified(tmp_path / "two")
    with pytest.raises(NoPlace, match="there already"):
        backup(house, tmp_path / "two", now())


def test_a_backup_while_a_month_is_closed_fits_together(server_home, before, tmp_path, monkeypatch):
    """In the midst of the issue and before the papers: every file that a row names is there, and the close goes on elsewhere."""
    author = Authorship("Анна", "проверено", now())
    with before.copy(tmp_path / "home") as made:

        def backed_up_before(place, name):
            real = getattr(place, name)

            def call(*given, **named):
                if not (tmp_path / name).exists():
                    assert backup(made, tmp_path / name, now()).missing == ()
                return real(*given, **named)

            monkeypatch.setattr(place, name, call)

        backed_up_before(issue, "_run_all")
        backed_up_before(publish, "publish")
        close(made, JANUARY, approver=author, issued_on=date(2026, 2, 1), at=author.at)
        monkeypatch.undo()
        whole, kept = contents(made), files(made.home)
    with empty_house(server_home, tmp_path / "other") as fresh:
        restore(fresh, tmp_path / "publish")
        close(fresh, JANUARY, approver=author, issued_on=date(2026, 2, 1), at=author.at)
        assert difference(without_backups(whole), without_backups(contents(fresh))) == {}
        assert files(fresh.home) == kept


def test_a_file_that_the_lake_lost_is_named_and_the_rest_is_saved(before, tmp_path):
    with before.copy(tmp_path / "lacking") as made:
        lake = made.home / "lake"
        lost, harmed = sorted(lake.glob("platform=*/**/*.parquet"))[3:5]
        lost.unlink()
        with transaction(made) as connection:
            connection.execute(
                text("INSERT INTO evidence.lake_files VALUES (:path, :digest, 1) ON CONFLICT DO NOTHING"),
                {"path": str(harmed.relative_to(lake)), "digest": sha256(harmed.read_bytes()).hexdigest()},
            )
        harmed.write_bytes(harmed.read_bytes() + b" ")
        assert backup(made, tmp_path / "b", now()).missing == tuple(str(each.relative_to(lake)) for each in (lost, harmed))
        with pytest.raises(NoPlace, match="lies inside the exchange"):
            backup(replace(made, exchange_dir=str(tmp_path)), tmp_path / "other", now())
    assert os.access(tmp_path / "b" / "database.dump", os.R_OK)
