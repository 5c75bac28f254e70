"""One name for one thing: no public class name stands twice, but where the field itself uses one word for two things."""

import ast
from collections import defaultdict

from tests.conftest import ROOT

# a contract is what is rated, what a paper names, and an object of the exchange, whose key in the outbox is its class's name
SHARED = {"Contract"}


def test_no_class_name_stands_twice():
    places = defaultdict(list)
    for path in sorted((ROOT / "pipelines").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in SHARED} == {}


def test_every_room_stands_in_the_glossary_or_the_architecture():
    told = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8") + (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in (ROOT / "pipelines").glob("*/__init__.py")]
    assert [room for room in rooms if room not in told] == []
