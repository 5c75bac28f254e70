"""Exports as folders: states, deltas by cursor and by moment, rights, and what a killed run leaves."""

import csv
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import jsonschema
import pyarrow.parquet as pq
import pytest

from pipelines.errors import BadInput
from pipelines.exports.datasets import DATASETS, csv_row, json_row
from pipelines.exports.giving import give, give_news, served
from pipelines.exports.scope import NotEntitled
from pipelines.exports.since import CursorExpired
from pipelines.exports.versions import take, versions
from tests.exporting import AT, DAY, ExportHouse

LATER = AT + timedelta(days=1)


@pytest.fixture
def house(settings):
    return ExportHouse(settings).furnish()


def taken(given, dataset):
    """Rows of a given dataset as its Parquet file has them."""
    name = f"{dataset}.changes" if given.excerpt.is_delta else dataset
    return [tuple(row.values()) for row in pq.read_table(given.folder / f"{name}.parquet").to_pylist()]


def codes(given, dataset):
    return [row[:2] for row in taken(given, dataset)]


def test_a_state_its_files_schemas_and_manifest(house, settings):
    house.consumer("crm", personal_data=True)
    given = give(settings, "crm", AT)
    assert [(each.dataset, each.rows, each.changes) for each in given.datasets] == [
        ("clients", 4, None), ("contracts", 4, None), ("fleets", 40, None), ("statuses", 4, None), ("debts", 2, None),
    ]  # fmt: skip
    manifest = json.loads((given.folder / "manifest.json").read_text(encoding="utf-8"))
    assert [manifest[name] for name in ("consumer", "kind", "since", "version", "cursor", "at", "as_of")] == [
        "crm", "state", None, 1, "1", "2026-03-01T09:00:00+00:00", "2026-03-01",
    ]  # fmt: skip
    files = {file["name"] for dataset in manifest["datasets"].values() for file in dataset.values() if isinstance(file, dict)}
    assert {path.name for path in given.folder.iterdir()} == {"manifest.json", *files}
    for name, dataset in manifest["datasets"].items():
        for part in ("parquet", "csv", "schema"):
            content = (given.folder / dataset[part]["name"]).read_bytes()
            assert (len(content), sha256(content).hexdigest()) == (dataset[part]["bytes"], dataset[part]["sha256"])
        schema = json.loads((given.folder / dataset["schema"]["name"]).read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        names, records = DATASETS[name].names, taken(given, name)
        for record in records:
            jsonschema.validate(json_row(names, record), schema, format_checker=jsonschema.FormatChecker())
        with (given.folder / dataset["csv"]["name"]).open(encoding="utf-8", newline="") as handle:
            assert list(csv.reader(handle)) == [list(names), *map(csv_row, records)]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**json_row(names, records[0]), "secret": "1"}, schema)
    assert next(row for row in taken(given, "clients") if row[0] == "A")[-4:] == ("D", "a@a.example", "+7 1", None)
    statuses = {row[:2]: [str(value) for value in row[2:6]] for row in taken(given, "statuses")}
    assert statuses["A", "ORG"] == ["overdue", "3600.00", "3600.00", "2026-02-10"]
    assert statuses["B", "SEC"] == ["due", "1500.00", "0.00", "2026-03-10"]
    assert statuses["C", "ORG"] == ["clear", "0.00", "0.00", "None"]


def test_the_same_again_is_the_same_version_and_the_same_bytes(house, settings, tmp_path):
    house.consumer("crm")
    one, other = give(settings, "crm", AT, out=tmp_path / "one"), give(settings, "crm", LATER, out=tmp_path / "other", as_of=DAY)
    assert (one.excerpt.version.number, other.excerpt.version.number) == (1, 1)
    assert {path.name: path.read_bytes() for path in one.folder.iterdir()} == {
        path.name: path.read_bytes() for path in other.folder.iterdir()
    }


def test_deltas_by_cursor_are_the_same_whenever_they_are_asked_for(house, settings):
    house.consumer("crm")
    give(settings, "crm", AT)
    house.client("E", "7714010001", dealer="D")
    house.sql("UPDATE master.clients SET name = 'Новое имя' WHERE client_code = 'C'")
    house.fleet("2026-01", {"K-A": 10, "K-C": 8})
    first = give(settings, "crm", LATER, since="1", as_of=DAY)
    assert codes(first, "clients") == [("changed", "C"), ("added", "E")]
    assert codes(first, "contracts") == [("added", "K-E")]
    assert {row[0] for row in taken(first, "fleets") if row[1] == "K-B"} == {"removed"}
    assert [row[3:] for row in taken(first, "fleets") if row[1] == "K-B"] == [(None, None, None)] * 10
    assert len(taken(first, "fleets")) == 20
    house.sql("UPDATE master.clients SET name = 'Ещё имя' WHERE client_code = 'C'")
    again = give(settings, "crm", LATER, since="1", as_of=DAY)
    assert taken(again, "clients") == taken(first, "clients")
    following = give(settings, "crm", LATER, since="2", as_of=DAY)
    assert (following.excerpt.version.number, codes(following, "clients"), taken(following, "fleets")) == (3, [("changed", "C")], [])
    nothing = give(settings, "crm", LATER, since="3", as_of=DAY)
    assert (nothing.excerpt.kind, [each.rows for each in nothing.datasets]) == ("nothing", [0] * 5)
    schema = json.loads((first.folder / "fleets.changes.schema.json").read_text(encoding="utf-8"))
    names = ("change", *DATASETS["fleets"].names)
    for record in taken(first, "fleets"):
        jsonschema.validate(json_row(names, record), schema, format_checker=jsonschema.FormatChecker())
    assert len(versions(settings, "crm")) == 3


def test_since_a_moment_the_history_tells_of_clients_and_versions_of_the_rest(house, settings, tmp_path):
    house.consumer("crm")
    row = '{"client_code": "A", "name": "Старое имя", "kind": "legal", "dealer_code": "D", "inn": "7736207543"}'
    history = "INSERT INTO master.history VALUES (1, 'clients', 'A', 'added', NULL, CAST(:row AS jsonb), 'Анна', 'ввод', :at)"
    house.sql(history, row=row, at=AT - timedelta(days=30))
    give(settings, "crm", AT, as_of=DAY)
    house.fleet("2026-02", {"K-A": 12})
    given = give(settings, "crm", LATER, since=(AT - timedelta(days=2)).isoformat(), as_of=DAY)
    assert codes(given, "clients") == [("changed", "A"), ("added", "B"), ("added", "C"), ("added", "D")]
    assert {row[0] for row in taken(given, "fleets")} == {"added"}  # no version is that old
    given = give(settings, "crm", LATER, since=(AT + timedelta(hours=1)).isoformat(), as_of=DAY)
    assert ({row[:2] for row in taken(given, "fleets")}, len(taken(given, "fleets"))) == ({("changed", "K-A")}, 10)
    assert given.excerpt.version.number == 2


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("7", "7 is no cursor of crm; the newest is 1"),
        ("9" * 5000, "is no cursor of crm"),
        ("вчера", "'вчера' is neither a cursor nor a moment"),
        ("2026-02-01T00:00:00", "has no offset"),
        ("-1", "neither a cursor nor a moment"),
    ],
)
def test_a_cursor_that_is_none_is_bad_input(house, settings, since, said):
    house.consumer("crm")
    with pytest.raises(BadInput, match=said):
        give(settings, "crm", AT, since=since)


def test_rights_bound_what_is_seen_and_a_cursor_of_other_rights_has_expired(house, settings):
    house.consumer("crm", organizations="ORG", datasets="clients, fleets, debts")
    given = give(settings, "crm", AT)
    assert [row[0] for row in taken(given, "clients")] == ["A", "C", "D"]
    assert {row[0] for row in taken(given, "fleets")} == {"K-A", "K-C"}
    assert [row[2] for row in taken(given, "debts")] == ["A"]
    assert "email" not in pq.read_schema(given.folder / "clients.parquet").names
    assert not (given.folder / "statuses.parquet").exists()
    house.consumer("crm", dealers="D", datasets="clients")
    with pytest.raises(CursorExpired, match="take everything anew"):
        give(settings, "crm", LATER, since="1")
    anew = give(settings, "crm", LATER)
    assert (anew.excerpt.version.number, [row[0] for row in taken(anew, "clients")]) == (2, ["A", "B", "D"])
    house.consumer("crm", organizations="ORG", datasets="clients, fleets, debts")
    give(settings, "crm", LATER + timedelta(hours=1))
    with pytest.raises(CursorExpired, match="another thing for a while"):
        give(settings, "crm", LATER, since="1")
    house.consumer("crm", valid_to=datetime(2026, 2, 28, tzinfo=UTC).date())
    with pytest.raises(NotEntitled, match="was served until 2026-02-28"):
        give(settings, "crm", AT)
    with pytest.raises(BadInput, match="no consumer 'никто'; declared: crm"):
        give(settings, "никто", AT)


def test_the_commands_list_take_and_refuse(house, settings, run_cli, tmp_path):
    house.consumer("crm", datasets="clients, debts", organizations="ORG")
    house.consumer("serve", datasets="clients")
    code, out, err = run_cli("export", "crm", "--out", tmp_path / "out", "--date", "2026-03-01", "--format", "json")
    assert code == 0, err
    assert [(row["dataset"], row["kind"], row["rows"], row["cursor"]) for row in json.loads(out)] == [
        ("clients", "state", 3, "1"),
        ("debts", "state", 1, "1"),
    ]
    assert "`fleetbill export crm --since 1`" in err
    code, out, _ = run_cli("export", "crm", "--since", "1", "--out", tmp_path / "delta", "--date", "2026-03-01", "--format", "json")
    assert [(row["kind"], row["rows"], row["added"]) for row in json.loads(out)] == [("delta", 0, 0)] * 2
    assert run_cli("export", "take", "serve", "--out", tmp_path / "serve")[0] == 0  # a consumer that is called like a command
    rows = {row["consumer"]: row for row in json.loads(run_cli("export", "consumers", "--format", "json")[1])}
    assert (rows["crm"]["cursor"], rows["crm"]["organizations"], rows["crm"]["dealers"]) == ("1", ["ORG"], None)
    taken_now = json.loads(run_cli("export", "taken", "crm", "--format", "json")[1])
    assert [(row["dataset"], row["rows"], row["added"]) for row in taken_now] == [("clients", 3, None), ("debts", 1, None)]
    assert run_cli("export", "nobody")[0] == 2
    assert run_cli("export", "crm", "--since", "9")[::2] == (2, "since: 9 is no cursor of crm; the newest is 1\n")
    house.consumer("crm", datasets="clients")
    code, _, err = run_cli("export", "crm", "--since", "1")
    assert (code, "take everything anew" in err) == (1, True)


KILLER = """
import os, signal, sys
from pipelines.exports import folder, versions
module, name, nth = {"versions": versions, "folder": folder}[sys.argv[1]], sys.argv[2], int(sys.argv[3])
real, calls = getattr(module, name), 0
def deadly(*arguments, **options):
    global calls
    calls += 1
    if calls == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **options)
setattr(module, name, deadly)
sys.argv = ["fleetbill", "export", "crm", "--since", "1", "--date", "2026-03-01", "--out", sys.argv[4]]
from pipelines.cli.main import main
main()
"""


def test_killed_anywhere_a_delta_is_lost_nowhere_and_given_once(house, settings, environment, tmp_path):
    house.consumer("crm")
    give(settings, "crm", AT, as_of=DAY)
    house.client("E", "7714010001")
    house.fleet("2026-02", {"K-A": 3})
    out = tmp_path / "out"
    for module, name, nth, stored in (("versions", "_of_dataset", 3, 1), ("versions", "_register", 1, 1), ("folder", "write_whole", 8, 2)):
        command = [sys.executable, "-c", KILLER, module, name, str(nth), str(out)]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, timeout=120, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert (len(versions(settings, "crm")), (out / "manifest.json").exists()) == (stored, False)
    given = give(settings, "crm", LATER, since="1", out=out, as_of=DAY)
    assert (codes(given, "clients"), len(taken(given, "fleets"))) == ([("added", "E")], 10)
    assert (len(versions(settings, "crm")), (out / "manifest.json").exists()) == (2, True)
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


def test_every_morning_gives_what_is_new_and_makes_good_what_a_killed_run_left(house, settings):
    house.consumer("crm", valid_to=LATER.date() + timedelta(days=1))
    house.consumer("old", valid_to=AT.date() - timedelta(days=1))
    assert served(settings, AT) == ["crm"]
    first = give_news(settings, "crm", AT)
    assert (first.folder.name, first.excerpt.kind) == ("000001", "state")
    assert give_news(settings, "crm", LATER) is None
    house.client("E", "7707083893")
    take(settings, "crm", LATER)  # and killed before its folder is written
    second = give_news(settings, "crm", LATER)
    assert (second.folder.name, second.excerpt.kind, codes(second, "clients")) == ("1-000002", "delta", [("added", "E")])
    assert give_news(settings, "crm", LATER) is None
    house.consumer("crm", datasets="clients", valid_to=LATER.date() + timedelta(days=1))
    third = give_news(settings, "crm", LATER)
    assert (third.folder.name, third.excerpt.kind) == ("000003", "state")
    assert served(settings, LATER + timedelta(days=2)) == []
    with pytest.raises(NotEntitled):
        give_news(settings, "crm", LATER + timedelta(days=2))
