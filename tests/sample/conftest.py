"""The sample company, made once per session."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sample"))


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory):
    from generate import write_company

    folder = tmp_path_factory.mktemp("company")
    write_company(folder)
    return folder


@pytest.fixture(scope="session")
def told(sample_dir):
    """What the stories say that a run must find."""
    return json.loads((sample_dir / "expected.json").read_text(encoding="utf-8"))
