"""Every kind of finding that some room writes has a Russian name (domain.md §10)."""

import ast
import re
from pathlib import Path

from pipelines.findings.kinds import KIND_NAMES
from pipelines.reports.leakage import ORPHAN, OUT_OF_CONTRACT, PARKED, ZERO_PRICE
from pipelines.usage.findings import DIP, KINDS
from tests.conftest import ROOT

_KIND = re.compile(r"[a-z][a-z0-9_]*")


def _in_python(path: Path) -> set[str]:
    """Kinds in a module that writes findings: what an Occurrence or a tuple (kind, subject, …) begins with, and declared names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    found = set()
    for node in ast.walk(tree):
        first = None
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) == "Occurrence" and node.args:
            first = node.args[0]
        elif isinstance(node, ast.Dict):
            first = next((value for key, value in zip(node.keys, node.values, strict=True) if getattr(key, "value", None) == "kind"), None)
        elif isinstance(node, ast.Tuple) and len(node.elts) in (3, 5) and not all(isinstance(each, ast.Constant) for each in node.elts):
            first = node.elts[0]
        value = first.value if isinstance(first, ast.Constant) else names.get(first.id) if isinstance(first, ast.Name) else None
        if isinstance(value, str) and _KIND.fullmatch(value):
            found.add(value)
    return found


def _in_sql(path: Path) -> set[str]:
    """Literals that a statement puts first into findings.occurrences."""
    text = path.read_text(encoding="utf-8")
    if "INSERT INTO findings.occurrences" not in text:
        return set()
    return set(re.findall(r"(?:SELECT(?: DISTINCT)?\s+|VALUES \()'([a-z_0-9]+)',", text))


def test_every_kind_written_anywhere_has_a_name():
    writers = [
        path
        for path in (ROOT / "pipelines").rglob("*.py")
        if "Occurrence(" in path.read_text(encoding="utf-8")
        or "findings.store import" in path.read_text(encoding="utf-8")
        or "store.replace(" in path.read_text(encoding="utf-8")
    ]
    written = {*KINDS, DIP, ORPHAN, OUT_OF_CONTRACT, PARKED, ZERO_PRICE}
    for path in writers:
        written |= _in_python(path)
    for path in (ROOT / "sql" / "warehouse").rglob("*.sql"):
        written |= _in_sql(path)
    # the search above still finds what is there
    assert written >= {"prepaid_unused", "unmatched_payment", "unacknowledged", "bounced_address", "missing_address", "snapshot_warning"}
    assert sorted(written - set(KIND_NAMES)) == []
