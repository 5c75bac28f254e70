"""One name for one thing: no public class name stands twice, but where the field itself uses one word for two things."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

# a contract is what is rated, what a paper names, and an object of the exchange, whose key in the outbox is its class's name
SHARED = {"Contract"}
# a variable is called what it holds
SAYS_NOTHING = {"one", "found", "told", "stood"}


@cache
def modules(room: str) -> dict[str, ast.Module]:
    """Path → what it parses to, for every file of a folder of the house."""
    paths = sorted((ROOT / room).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(Path(path).read_text(encoding="utf-8")) for path in paths}


def test_no_class_name_stands_twice():
    places = defaultdict(list)
    for path, module in modules("pipelines").items():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in SHARED} == {}


def test_every_variable_is_called_what_it_holds():
    places = [
        (path, node.lineno, node.id)
        for room in ("pipelines", "stack", "dags", "plugins")
        for path, module in modules(room).items()
        for node in ast.walk(module)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in SAYS_NOTHING
    ]
    fields = [(path, node.target.lineno, node.target.id) for path, node in _fields()]
    assert [place for place in places if place not in fields] == []


def _fields():
    """The declared fields of classes, which are words of their class, such as `Difference.found`."""
    for path, module in modules("pipelines").items():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                yield from ((path, field) for field in node.body if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name))


def test_every_room_stands_in_the_glossary_or_the_architecture():
    texts = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("glossary.md", "architecture.md")]
    rooms = [path.parent.name for path in (ROOT / "pipelines").glob("*/__init__.py")]
    assert [room for room in rooms if not any(room in text for text in texts)] == []
