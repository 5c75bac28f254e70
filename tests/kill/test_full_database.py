"""The disk of PostgreSQL itself is full in the midst of a close: a word, nothing half applied, and with room again the month is as ever."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.database import difference
from tests.kill.test_full_disks import CLOSE, COMPANY, DAYS, january, needs_mounts, undisturbed

__all__ = ["january", "undisturbed"]  # fixtures of the same house on a disk with room

DATED = {"billing.approvals", "billing.causes", "usage.months"}
NO_ROOM = "refused: the database has no room left on its disk"
WENT = "refused: the database went away in the midst of a step"
DOWN = "refused: the embedded PostgreSQL did not start: could not write to file .*No space left on device"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """``told(what)``: what `tests.full_database` saw of a house of two contracts."""

    def tell(what: str) -> dict:
        folder = tmp_path_factory.mktemp(what)
        COMPANY.write_master(folder / "master")
        for day in DAYS:
            COMPANY.write_day(folder / "files", day)
        prepare = [
            ["db", "upgrade"],
            ["master", "import", str(folder / "master"), "--by", "Анна", "--reason", "начало"],
            ["snapshot", "land", "--platform", "gps1", "--source", str(folder / "files")],
        ]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
        done = subprocess.run(
            ["unshare", "-m", sys.executable, "-m", "tests.full_database", what, json.dumps(prepare), json.dumps(CLOSE)],
            env={**kept, "FLEETBILL_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return tell


def _nothing_is_issued(changed):
    return not {"billing.invoices", "billing.numbers", "billing.evidence", "billing.closed", "delivery.onec_outbox"} & set(changed)


def _is_as_ever(told, undisturbed):
    """The same command, run when there was room, has left every row and paper of a close that nothing disturbed."""
    rows, papers = undisturbed
    kept = {name: [tuple(row) for row in table] for name, table in told["contents"].items()}
    assert told["after"] == [0, ""]
    differing = difference(kept, rows)
    assert differing.keys() <= {"evidence.files_read", *DATED}  # where the platform's files lie, and what bears a digest of moments
    for name in DATED & differing.keys():
        assert _without_digests(kept[name]) == _without_digests(rows[name])
    assert [tuple(paper) for paper in told["papers"]] == papers


def _without_digests(rows):
    return [tuple(value and re.sub("[0-9a-f]{64}|[0-9a-f]{32}", "…", value) for value in row) for row in rows]


@needs_mounts
def test_tables_that_cannot_grow_refuse_the_close_and_keep_nothing_of_its_step(told, undisturbed):
    found = told("tables")
    drafting, issuing = found["full"]
    for said, changed in (drafting, issuing):
        assert all(code == 1 and text.startswith(NO_ROOM) and text.count("\n") == 1 for code, text in said), said
        assert _nothing_is_issued(changed)
    assert drafting[1] == []
    assert {"billing.approvals", "billing.drafts"} <= set(issuing[1])  # approved and drafted, not issued
    _is_as_ever(found, undisturbed)


@needs_mounts
def test_a_server_that_finds_no_room_for_its_log_ends_itself_and_comes_up_again(told, undisturbed):
    found = told("wal")
    [(said, changed)] = found["full"]
    (first, went), (second, stays_down) = said
    assert (first, second) == (1, 1)
    assert went.startswith(WENT)
    assert went.count("\n") == stays_down.count("\n") == 1
    assert re.match(DOWN, stays_down), stays_down
    assert "billing.approvals" in changed
    assert _nothing_is_issued(changed)
    _is_as_ever(found, undisturbed)
