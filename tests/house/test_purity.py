"""Every module whose docstring says that it is pure is: no database, no DuckDB, no settings, however far down it imports."""

import ast
import re

import grimp
import pytest

from tests.conftest import ROOT

FORBIDDEN = ("pipelines.warehouse", "pipelines.settings", "sqlalchemy", "duckdb", "pandas", "psycopg2", "psycopg")
CLOCK = re.compile(r"\b(?:datetime\.now|date\.today|time\.time|utcnow)\(")
_SAYS_SO = re.compile(r"(?:\.|:|;) Pure\b|^Pure\b")


def _pure():
    for path in sorted((ROOT / "pipelines").rglob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if _SAYS_SO.search(said):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


PURE = dict(_pure())
# Pure themselves; the records that they work on are declared beside the statements which read them, or in the settings.
TAKES_RECORDS_OF_READERS = {
    "pipelines.audit.recompute", "pipelines.audit.rows", "pipelines.audit.text", "pipelines.billing.bounds", "pipelines.billing.model",
    "pipelines.billing.rules", "pipelines.billing.run", "pipelines.delivery.mail.compose", "pipelines.documents.billed_ahead",
    "pipelines.usage.summary", "pipelines.whatif.overlay",
}  # fmt: skip


@pytest.fixture(scope="module")
def imports():
    return grimp.build_graph("pipelines", include_external_packages=True, exclude_type_checking_imports=True)


def test_purity_is_claimed_where_the_rules_are():
    assert {"pipelines.rating", "pipelines.usage.summary", "pipelines.master.rules"} <= PURE.keys()


def _forbidden(modules):
    return {name for name in modules if any(name == bad or name.startswith(f"{bad}.") for bad in FORBIDDEN)}


def test_a_module_that_says_pure_reaches_nothing_that_is_not(imports):
    chains = {}
    for module in sorted(PURE.keys() - TAKES_RECORDS_OF_READERS):
        reached = _forbidden(imports.find_upstream_modules(module, as_package=PURE[module].name == "__init__.py"))
        chains |= {(module, bad): imports.find_shortest_chain(module, bad) for bad in sorted(reached)[:3]}
    assert chains == {}


@pytest.mark.parametrize("module", sorted(TAKES_RECORDS_OF_READERS & PURE.keys()))
def test_a_module_that_takes_the_records_of_readers_reads_nothing_itself(imports, module):
    assert _forbidden(imports.find_modules_directly_imported_by(module)) <= {"pipelines.settings"}
    assert _forbidden(imports.find_upstream_modules(module)), "it may be taken off the list"


def test_a_module_that_says_pure_asks_no_clock():
    assert [module for module, path in PURE.items() if CLOCK.search(path.read_text(encoding="utf-8"))] == []
