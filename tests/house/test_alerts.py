"""Whatever calls for a person stands in docs/operations.md with what to do: held against the code's own lists."""

import ast
import re

import pytest

from pipelines.findings.kinds import FINDING_KINDS
from pipelines.runs.matters import Matter
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def _rows(heading):
    """First cell → the cell «what to do» of each row of the table below a heading."""
    table = PAGE.split(f"### {heading}", 1)[1].split("\n#", 1)[0]
    lines = [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in table.splitlines() if line.startswith("| ")]
    place = lines[0].index("what to do")
    return {cells[0]: cells[place] for cells in lines[1:]}


def _alerts():
    """The subject of every alert of the DAGs with … for what varies, and whether it is given a deed."""
    for path in sorted((ROOT / "dags").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "alert":
                subject = node.args[0]
                parts = subject.values if isinstance(subject, ast.JoinedStr) else [subject]
                said = "".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts)
                yield said, any(each.arg == "deed" for each in node.keywords)


@pytest.mark.parametrize(
    ("heading", "known"), [("What `fleetbill health`", [each.value for each in Matter]), ("Findings", list(FINDING_KINDS))]
)
def test_everything_that_waits_has_its_deed(heading, known):
    rows = _rows(heading)
    assert sorted(name for cell in rows for name in re.findall(r"`([^`]+)`", cell)) == sorted(known)
    assert [name for name, deed in rows.items() if len(deed) < len("the same")] == []


def test_every_alert_of_a_dag_says_what_to_do_and_stands_on_the_page():
    alerts = list(_alerts())
    assert len(alerts) > 10
    assert [subject for subject, has_deed in alerts if not has_deed] == []
    assert sorted(cell.strip("«»") for cell in _rows("What the DAGs mail")) == sorted(subject for subject, _ in alerts)
