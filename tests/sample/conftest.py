"""The sample company as the generator writes it when it is told nothing."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.sample_company import sample_files

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sample"))


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory):
    from generate import SOURCE_ROOT, write_master

    folder = tmp_path_factory.mktemp("company")
    shutil.copytree(sample_files(tmp_path_factory), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("master"))
    write_master(folder / "master", SOURCE_ROOT)
    return folder


@pytest.fixture(scope="session")
def told(sample_dir):
    """What the stories say that a run must find."""
    return json.loads((sample_dir / "expected.json").read_text(encoding="utf-8"))
