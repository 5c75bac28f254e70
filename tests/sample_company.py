"""The sample company for tests that read it: its files made once, both months landed once, whichever worker comes first."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from tests.conftest import ROOT, cloned, keep_database
from tests.landed import Template, template

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
_DATABASE = "sample_company"


@contextmanager
def _made_once(folders: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """A folder that all workers of a session share, and whether it is to be filled; one after the other."""
    base = folders.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = shared.with_suffix(".done")
        if not done.exists():
            shutil.rmtree(shared, ignore_errors=True)
        yield shared, not done.exists()
        done.touch()


def sample_files(folders: pytest.TempPathFactory) -> Path:
    """master/, snapshots/, broken/, late/ and expected.json as `sample/generate.py` writes them; nobody changes them."""
    with _made_once(folders, "sample-files") as (folder, empty):
        if empty:
            with pytest.MonkeyPatch.context() as patch:
                patch.syspath_prepend(str(ROOT / "sample"))
                from generate import write_company

                write_company(folder, source_root=f"{folder}/snapshots/")
    return folder


def landed_sample(server_home: Path, folders: pytest.TempPathFactory) -> Template:
    """The sample company imported, with January and February of both platforms landed; to be copied."""
    files = sample_files(folders)
    with _made_once(folders, "sample-landed") as (folder, empty):
        if empty:
            with cloned(server_home, folder) as made:
                import_master(made, str(files / "master"), Authorship("Анна", "начало", AT))
                for platform in ("gps1", "gps2"):
                    assert land_folder(made, platform, str(files / "snapshots"), AT).problems == ()
                keep_database(server_home, template(server_home, made).database, _DATABASE)
    return Template(server_home, _DATABASE, folder)
