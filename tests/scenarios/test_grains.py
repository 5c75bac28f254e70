"""A grain that names a key is true: on the sample company's January no key has two rows, drafted or issued."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text

from pipelines.cli.main import run
from pipelines.period import Month
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement as code_of
from tests.conftest import cloned
from tests.sample_company import sample_files
from tests.statements import Statement, statements

AT = datetime(2026, 2, 2, 6, 0, tzinfo=UTC)
JANUARY = Month(2026, 1)
READING = [each for each in statements("warehouse") if re.match(r"(SELECT|WITH)\b", each.code) and not each.written]
# tables that a verb has for itself; and what is refused inside a part of a transaction
_NOT_HERE = re.compile(r"\b(onec_going|ladder_claims|pg_export_snapshot)\b")
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (("platform", "account_id"), ("account_id",)),
    "business date": (("business_date",),),
    "client": (("client_code",), ("client",)),
    "component": (("tariff_code", "component_no"), ("component_no",)),
    "contract": (("contract_no",),),
    "date": (("business_date",), ("date",)),
    "day": (("business_date",), ("date",), ("day",)),
    "draft": (("invoice_id",),),
    "invoice": (("number",), ("invoice_id",)),
    "invoice or draft": (("invoice_id",),),
    "issued invoice": (("number",), ("invoice_id",)),
    "kind": (("kind",),),
    "letter": (("kind", "key"),),
    "month": (("month",), ("month", "purpose")),
    "open invoice": (("number",),),
    "organization": (("organization_code",), ("code",)),
    "payment": (("payment_id",),),
    "payment or reversal": (("payment_id",),),
    "peer": (("peer",),),
    "platform": (("platform",),),
    "platform account": (("platform", "account_id"),),
    "purpose": (("purpose",),),
    "run": (("purpose",),),
    "snapshot": (("digest",),),
    "subject": (("subject",),),
    "tariff": (("tariff_code",),),
    "one registered snapshot": (("digest",),),
}
"""A word of a grain → the columns that are its key, the first of them that a result has."""
LEAST = 60


@pytest.fixture(scope="module")
def sample(server_home, tmp_path_factory) -> Iterator[Any]:
    """Settings of the sample company with January of gps1 landed; contracts on gps2 are parked."""
    folder = tmp_path_factory.mktemp("grains")
    shutil.copytree(sample_files(tmp_path_factory), folder / "sample")
    for late in (folder / "sample" / "snapshots").rglob("2026-02-*"):
        late.unlink()
    with cloned(server_home, folder / "home") as settings, pytest.MonkeyPatch.context() as environment:
        environment.setenv("FLEETBILL_HOME", str(settings.home))
        environment.setenv("FLEETBILL_DATABASE_URL", settings.database_url)
        _run("master", "import", str(folder / "sample" / "master"), "--by", "Анна", "--reason", "начало")
        _run("snapshot", "land", "--platform", "gps1", "--source", str(folder / "sample" / "snapshots"))
        yield settings


def _run(*command: str) -> None:
    assert run(list(command)) == 0, command


def key_of(grain: str, columns: list[str]) -> tuple[str, ...] | None:
    """The columns that the grain names, () for one row at most; None where it names no key of this result."""
    phrase = re.split(r"[,:;(]| (?:of|that|with|whose|to|on|in|among|from|which|left|held|up|by|is|as)\b", grain)[0].strip()
    if phrase in ("one row", "one value", "at most one row"):
        return ()
    found: list[str] = []
    for word in phrase.split(" × "):
        key = next((each for each in KEYS.get(word, ()) if set(each) <= set(columns)), None)
        if key is None:
            return None
        found += key
    return tuple(dict.fromkeys(found))


def _binds(connection: Connection) -> dict[str, Any]:
    def all_of(query: str) -> list[Any]:
        return list(connection.execute(text(query)).scalars())

    last = JANUARY.last
    return {
        "month": JANUARY.first, "first": JANUARY.first, "last": last, "previous": JANUARY.previous.first, "on": last, "today": last,
        "purpose": "close", "everything": True, "unmatched_only": False, "most": 1000, "due": AT, "before": AT, "at": AT, "tried": [],
        "contracts": all_of("SELECT contract_no FROM master.contracts"),
        "clients": all_of("SELECT client_code FROM master.clients"),
        "tariffs": all_of("SELECT DISTINCT tariff_code FROM master.tariffs"),
        "ids": all_of("SELECT invoice_id FROM billing.invoices"),
        "number": next(iter(all_of("SELECT number FROM billing.invoices ORDER BY 1")), None),
        "digest": next(iter(all_of("SELECT digest FROM evidence.snapshots ORDER BY 1")), None),
        "platform": "gps1", "business_date": date(2026, 1, 20), "peer": "BP", "client_code": "C12", "organization_code": "MT",
        "week_from": date(2026, 1, 25), "next_to": date(2026, 2, 7), "zone": "Europe/Moscow", "sheets": ["terms", "tariffs"],
        "steps": ["reminder"], "since": None, "beginning": "0", "client": "C12", "client_kinds": ["invoice"], "invoice_kinds": ["invoice"],
        "letters": [], "states": ["queued"], "purposes": ["close"],
    }  # fmt: skip


def _doubled(connection: Connection, statement: Statement, binds: dict[str, Any]) -> tuple[tuple[str, ...] | None, list[Any]]:
    with connection.begin_nested() as savepoint:
        result = connection.execute(text(code_of(statement.name)), {name: binds.get(name) for name in statement.binds})
        rows = result.mappings().all()
        savepoint.rollback()
    key = key_of(statement.said["grain"], list(result.keys()))
    if key is None:
        return None, []
    if not key:
        return key, list(rows[1:])
    counts = Counter(tuple(str(row[column]) for column in key) for row in rows)
    return key, [each for each, count in counts.items() if count > 1]


def _all_keys_hold(settings: Any) -> None:
    checked, broken = {}, {}
    with engine.transaction(settings) as connection:
        binds = _binds(connection)
        connection.execute(text(code_of("warehouse/receivables/stage_payments")))  # of one transaction, and here it is this one
        for statement in READING:
            if _NOT_HERE.search(statement.code):
                continue
            key, doubled = _doubled(connection, statement, binds)
            if key is not None:
                checked[statement.name] = key
            if doubled:
                broken[statement.name] = (key, doubled[:3])
    assert broken == {}
    assert len(checked) >= LEAST, sorted(each.name for each in READING if each.name not in checked)


@pytest.mark.timeout(900)  # a whole month of the sample is landed and issued
def test_no_grain_has_two_rows(sample) -> None:
    _run("prepay", "--month", str(JANUARY), "--issue-date", "2026-01-01")
    _run("close", "--month", str(JANUARY))
    _all_keys_hold(sample)
    _run("close", "--month", str(JANUARY), "--approve-by", "Анна", "--issue-date", "2026-02-01")
    _all_keys_hold(sample)
