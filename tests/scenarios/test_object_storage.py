"""A house whose lake and documents lie in object storage: the same rows and bytes as one on a disk, whatever the storage does."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from pipelines.audit import lake as audit_lake
from pipelines.audit.explain import explain
from pipelines.clock import Authorship
from pipelines.documents.store import DocumentStore
from pipelines.errors import StorageUnavailable
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.backup import backup
from pipelines.runs.close import close
from pipelines.runs.file_trees import FileTree
from pipelines.runs.restore import NotEmpty, restore
from tests.company import Company, steady
from tests.conftest import NOW, cloned, environment_of
from tests.database import contents, difference
from tests.landed import template
from tests.object_store import BUCKET, SECRET, ObjectStore

JANUARY = Month(2026, 1)
DAYS = [date(2026, 1, day) for day in (29, 30, 31)]
COMPANY = Company({"K1": steady(2), "K2": steady(3)}, starts_on=DAYS[0])
URLS = {"lake_url": f"s3://{BUCKET}/lake", "documents_url": f"s3://{BUCKET}/документы"}
BRIEF = {"retries": {"mode": "standard", "total_max_attempts": 2}}  # who waits in vain need not wait long
ISSUE = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01")


@pytest.fixture(scope="module")
def before(server_home, tmp_path_factory):
    """Two contracts, and the files of their three days, not landed yet."""
    folder = tmp_path_factory.mktemp("before")
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(COMPANY.write_master(folder / "master")), Authorship("Анна", "начало", NOW))
        for day in DAYS:
            COMPANY.write_day(folder / "files", day)
        yield template(server_home, made), folder / "files"


@pytest.fixture
def store(monkeypatch):
    with ObjectStore() as running:
        monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_STORAGE", running.connection())
        yield running


@pytest.fixture
def house(before, tmp_path, monkeypatch, capsys):
    """``house(name, **settings)``: a copy of the prepared house, and ``run(command) -> (exit code, stdout, stderr)`` in it."""

    @contextmanager
    def opened(name: str, **changed: str):
        with before[0].copy(tmp_path / name) as made:
            settings = replace(made, **changed)
            given = {f"FLEETBILL_{key.upper()}": value for key, value in changed.items()}

            def run(*arguments: str) -> tuple[int, str, str]:
                from pipelines.cli.main import run

                with monkeypatch.context() as patch:
                    for key, value in {**environment_of(made), **given}.items():
                        if key.startswith("FLEETBILL_"):
                            patch.setenv(key, value)
                    code = run(list(arguments))
                captured = capsys.readouterr()
                return code, captured.out, captured.err

            yield settings, run

    return opened


def billed(settings, files) -> list[object]:
    """The month from its files to its papers, and what is read of it afterwards; all at one moment."""
    assert land_folder(settings, "gps1", str(files), NOW).problems == ()
    close(settings, JANUARY, approver=None, issued_on=None, at=NOW)
    done = close(settings, JANUARY, approver=Authorship("Анна", "проверено", NOW), issued_on=date(2026, 2, 1), at=NOW)
    return [done.documents, explain(settings, "ВМ26-000001"), audit_lake.verify(settings)]


def files_of(url: str) -> dict[str, bytes]:
    tree = FileTree(url)
    return {path: tree.opened(path).read() for path in tree.paths() if not path.startswith("derived/")}


def test_a_storage_that_refuses_every_third_request_gives_the_same_house(house, before, store, server_home, tmp_path, caplog):
    caplog.set_level("DEBUG")
    with house("disk") as (local, _):
        on_disk = billed(local, before[1])
        expected = contents(local), files_of(local.lake), files_of(local.documents)
    store.refuses = lambda number: number % 3 == 2
    with house("remote", **URLS) as (remote, run):
        assert billed(remote, before[1]) == on_disk
        assert store.refused > 20
        store.refuses = lambda _: False
        found = contents(remote), files_of(remote.lake), files_of(remote.documents)
        assert difference(found[0], expected[0]) == {}
        assert found[1:] == expected[1:]
        assert on_disk[0] == 4  # 2 invoices and 2 acts
        assert run("proof", "ВМ26-000001", "--out", str(tmp_path / "proof.zip"))[0] == 0
        # again: nothing is printed or counted twice
        papers = [each for each in store.requests if each.startswith("PUT") and each.endswith(".pdf")]
        close(remote, JANUARY, approver=Authorship("Анна", "проверено", NOW), issued_on=date(2026, 2, 1), at=NOW)
        assert [each for each in store.requests if each.startswith("PUT") and each.endswith(".pdf")] == papers
        backup(remote, tmp_path / "backup", NOW)
    assert files_of(str(tmp_path / "backup" / "documents")) == found[2]
    assert files_of(str(tmp_path / "backup" / "lake")) == found[1]
    assert list((tmp_path / "remote").rglob("*.parquet")) == []
    store.refuses = lambda number: number % 3 == 2
    comes_back_into_storage(server_home, tmp_path, store, found)
    assert SECRET not in caplog.text


def comes_back_into_storage(server_home, tmp_path, store, found):
    """The backup put into an empty house whose lake and documents are to lie in the storage: every row, every object, and only once."""
    urls = {"lake_url": f"s3://{BUCKET}/again/lake", "documents_url": f"s3://{BUCKET}/again/документы"}
    with cloned(server_home, tmp_path / "empty", "template0") as fresh:
        empty, refused = replace(fresh, **urls), store.refused
        done = restore(empty, tmp_path / "backup")
        assert store.refused > refused
        store.refuses = lambda _: False
        assert (done.missing, done.files) == ((), sum(map(len, found[1:])) + len(files_of(str(empty.exchange))))
        assert difference(contents(empty), found[0]) == {}
        assert (files_of(empty.lake), files_of(empty.documents)) == found[1:]
        assert not (empty.home / "lake").exists()
        assert not (empty.home / "documents").exists()
        assert audit_lake.verify(empty) == audit_lake.verify(replace(empty, lake_url=URLS["lake_url"]))
        with pytest.raises(NotEmpty, match="the database is not empty"):
            restore(empty, tmp_path / "backup")
    with cloned(server_home, tmp_path / "taken", "template0") as fresh, pytest.raises(NotEmpty, match="the lake is not empty"):
        restore(replace(fresh, **urls), tmp_path / "backup")


def test_a_storage_that_is_down_is_said_in_one_line_and_nothing_is_half_applied(house, before, store, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_STORAGE", store.connection(config_kwargs=BRIEF))
    with house("remote", **URLS) as (remote, run):
        assert run("snapshot", "land", "--platform", "gps1", "--source", str(before[1]))[0] == 0
        assert run("close", "--month", "2026-01")[0] == 0
        stood = contents(remote)
        store.refuses = lambda _: True
        for command in (ISSUE, ("snapshot", "verify"), ("usage", "--month", "2026-01", "--contract", "K1")):
            code, _, err = run(*command)
            assert code == 1, command
            assert err.count("\n") == 1
            assert err.startswith("refused: s3://fleetbill"), err
            assert "does not answer" in err
            assert SECRET not in err
        assert difference(contents(remote), stood) == {}
        store.refuses = lambda _: False
        code, out, _ = run(*ISSUE, "--format", "json")
        assert code == 0
        assert json.loads(out)[0]["invoices"] == 2


def test_a_bucket_that_nobody_has_is_no_empty_lake(store):
    for use in (lambda docs: docs.names("invoices"), lambda docs: docs.exists("a"), lambda docs: docs.put("a", b"x")):
        with pytest.raises(StorageUnavailable, match="there is no such bucket"):
            use(DocumentStore("s3://flotbill/documents"))
    assert not any("flotbill" in each for each in store.requests if each.startswith("PUT") and each.count("/") == 1)


def test_a_copy_that_breaks_off_leaves_no_object(store):
    class Breaks:
        def __init__(self):
            self.left = [b"one", b"two"]

        def read(self, _size):
            if not self.left:
                raise OSError("the disk is gone")
            return self.left.pop()

    tree = FileTree(f"s3://{BUCKET}/lake")
    with pytest.raises(OSError, match="the disk is gone"):
        tree.put("a/b.parquet", Breaks())
    assert tree.paths() == []
