"""The proof of a large client is written day by day: fifteen times the vehicle-days need no more memory."""

import csv
import tracemalloc
from datetime import date

import pytest

from pipelines.audit import proof
from pipelines.audit.proof import prove
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.close import close
from tests.company import Company, steady
from tests.conftest import NOW
from tests.landed import landed

MANY = 400


class Late(Company):
    """A company whose contract K2 begins two days before the month's end."""

    def write_master(self, folder):
        made = super().write_master(folder)
        with (made / "contracts.csv").open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        with (made / "contracts.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, rows[0])
            writer.writeheader()
            writer.writerows({**row, "starts_on": "2026-01-30"} if row["contract_no"] == "K2" else row for row in rows)
        return made


@pytest.fixture(scope="module")
def issued(server_home, tmp_path_factory):
    """January closed: 400 vehicles on 31 days, and as many on two."""
    folder = tmp_path_factory.mktemp("many")
    with landed(server_home, folder, Late({"K1": steady(MANY), "K2": steady(MANY)})) as before, before.copy(folder / "closed") as made:
        close(made, Month(2026, 1), approver=Authorship("Анна", "проверено", NOW), issued_on=date(2026, 2, 1), at=NOW)
        yield made


def _peak(settings, number, target):
    """Bytes that Python held at most while a proof was written, and its vehicle-days."""
    tracemalloc.start()
    try:
        counted = prove(settings, number, target).counted
        return tracemalloc.get_traced_memory()[1], next(line for line in counted if line.startswith("Дней"))
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_days(issued, tmp_path, monkeypatch):
    prove(issued, "ВМ26-000002", tmp_path / "first.zip")  # what is imported and kept once
    few, told = _peak(issued, "ВМ26-000002", tmp_path / "few.zip")
    assert told == f"Дней: 2, машино-дней: {2 * MANY}"
    many, told = _peak(issued, "ВМ26-000001", tmp_path / "many.zip")
    assert told == f"Дней: 31, машино-дней: {31 * MANY}"
    assert many < 1.5 * few, (few, many)
    streamed = proof.proven_days
    monkeypatch.setattr(proof, "proven_days", lambda *given: iter([[row for rows in streamed(*given) for row in rows]]))
    assert _peak(issued, "ВМ26-000001", tmp_path / "heaped.zip")[0] > 3 * many  # the measure would see it
