"""A disk that is full, a database that may only be read, a clock that goes back, two of everything at once: a word, nothing half done."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text

from pipelines.clock import Authorship
from pipelines.delivery.onec.sending import send_to_all
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.master.verify import verify
from pipelines.period import Month
from pipelines.runs.close import close
from tests.company import Company, steady
from tests.conftest import NOW, ROOT, cloned, release
from tests.database import contents, difference
from tests.killing import start
from tests.landed import template

DAYS = [date(2026, 1, number) for number in (29, 30, 31)]
COMPANY = Company(
    {"K1": steady(10), "K2": steady(5)},
    starts_on=DAYS[0],
    extra={"consumers": [{"consumer": "crm", "name": "CRM", "datasets": "clients, fleets"}]},
)
PERSON = Authorship("Анна", "одобрено в командной строке", NOW)
CLOSE = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01")


@pytest.fixture(scope="module")
def january(server_home, tmp_path_factory):
    """Three days of two contracts, landed."""
    folder = tmp_path_factory.mktemp("full")
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(COMPANY.write_master(folder / "master")), Authorship("Анна", "начало", NOW))
        for day in DAYS:
            COMPANY.write_day(folder / "snapshots", day)
        land_folder(made, "gps1", str(folder / "snapshots"), NOW)
        yield template(server_home, made)


@pytest.fixture
def settings(january, tmp_path):
    with january.copy(tmp_path / "home") as made:
        yield made


def _close(settings):
    """Close, and write the message for 1C."""
    close(settings, Month(2026, 1), approver=PERSON, issued_on=date(2026, 2, 1), at=NOW)
    send_to_all(settings, NOW)


@pytest.fixture(scope="module")
def undisturbed(january, tmp_path_factory):
    """Rows and papers of a close that nothing disturbs."""
    with january.copy(tmp_path_factory.mktemp("quiet") / "home") as made:
        _close(made)
        return contents(made), _papers(made)


def _papers(settings):
    return sorted((path.name, path.stat().st_size) for path in (settings.home / "documents").rglob("*.pdf"))


def _may_mount() -> bool:
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0


needs_mounts = pytest.mark.skipif(shutil.which("unshare") is None or not _may_mount(), reason="this user may not mount a disk of its own")


def _with_full_disks(environment, *disks):
    command = ["unshare", "-m", sys.executable, "-m", "tests.full_disks", json.dumps(disks)]
    done = subprocess.run(command, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@needs_mounts
def test_every_writer_says_that_its_disk_is_full_and_does_its_work_when_there_is_room(settings, environment, undisturbed, tmp_path):
    home = settings.home
    COMPANY.write_day(tmp_path / "more", date(2026, 2, 1))
    land = ["snapshot", "land", "--platform", "gps1", "--source", str(tmp_path / "more")]
    before = contents(settings)
    full = _with_full_disks(
        environment,
        (str(home / "lake"), [land]),
        (str(home / "documents"), [["export", "crm"]]),
        (str(tmp_path / "out"), [
            ["master", "export", str(tmp_path / "out" / "m.xlsx")],
            ["master", "template", str(tmp_path / "out" / "t.xlsx")],
            ["backup", str(tmp_path / "out" / "b")],
        ]),
    )  # fmt: skip
    assert difference(contents(settings), before) == {}
    # the lake of the house is counted from, so it cannot be away for a close: its own part of it is full
    full += _with_full_disks(environment, (str(home / "lake" / "issued"), [list(CLOSE)]))
    kept = contents(settings)
    # approved is approved; nothing was issued of it
    assert not any(kept[name] for name in ("billing.invoices", "billing.numbers", "billing.evidence", "billing.closed"))
    full += _with_full_disks(environment, (str(home / "documents"), [list(CLOSE)]))
    assert len(contents(settings)["billing.invoices"]) == 2  # issued whole, their papers are owed
    full += _with_full_disks(environment, (str(home / "exchange"), [["onec", "send"]]))
    for folder, command, code, said, left in full:
        assert (code, left) == (1, []), (command, said)
        words = " ".join(said.split())
        is_clear = "Traceback" not in words and (
            "No space left on device" in words or (f"the disk of {folder}" in words and "full" in words)
        )
        assert is_clear, (command, said)
    assert {command[0] for _, command, code, _, _ in full if code} == {"snapshot", "export", "master", "backup", "close", "onec"}
    _close(settings)
    rows, papers = undisturbed
    assert difference(contents(settings), rows) == {}
    assert _papers(settings) == papers


def test_a_database_that_may_only_be_read_refuses_and_the_next_close_completes(settings, undisturbed, run_cli):
    owner = create_engine(settings.database_owner_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        before = contents(settings)
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        try:
            code, _, err = run_cli(*CLOSE)
            words = " ".join(err.split())
            assert (code, "refused: the database may only be read just now" in words, "Traceback" in words) == (1, True, False), err
        finally:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    owner.dispose()
    assert difference(contents(settings), before) == {}
    release(settings)
    assert run_cli(*CLOSE)[0] == 0
    _close(settings)
    assert difference(contents(settings), undisturbed[0]) == {}


def test_a_clock_that_goes_back_changes_no_order(settings, undisturbed, tmp_path):
    """A machine an hour and then a year behind: what came later stays later, and nothing is counted or issued twice."""
    early = NOW - timedelta(hours=1)
    _close(settings)
    again = close(settings, Month(2026, 1), approver=replace(PERSON, at=early), issued_on=date(2026, 2, 1), at=early)
    assert again.issued is None or again.issued.invoices == 0
    assert difference(contents(settings), undisturbed[0]) == {}
    changed = replace(COMPANY, price="400").write_master(tmp_path / "changed")
    long_ago = NOW - timedelta(days=365)
    import_master(settings, str(changed), replace(PERSON, at=long_ago))
    assert verify(settings).differences == ()
    COMPANY.write_day(tmp_path / "same", date(2026, 1, 31))
    land_folder(settings, "gps1", str(tmp_path / "same"), long_ago)
    assert len(contents(settings)["evidence.snapshots"]) == 3


def test_two_of_everything_at_once_leave_what_one_leaves(settings, undisturbed, environment, tmp_path):
    """Two landings, two closes: one does it, the other finds it done, or is told that it is being done."""
    COMPANY.write_day(tmp_path / "same", date(2026, 1, 31))
    commands = [
        ("snapshot", "land", "--platform", "gps1", "--source", str(tmp_path / "same")),
        CLOSE,
    ]
    for command in commands:
        pair = [start(environment, *command) for _ in range(2)]
        for process in pair:
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0 or "already running" in err, err
    _close(settings)
    rows, papers = undisturbed
    assert difference(contents(settings), rows).keys() <= {"evidence.files_read"}  # the file was written once more
    assert _papers(settings) == papers
