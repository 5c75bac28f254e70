"""Explain through the commands that people type: the same answer for ever, whatever lands after the issue."""

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import NOW, cloned
from tests.landed import template

START, DAY = date(2026, 1, 25), date(2026, 1, 28)


# in force on the month's last seven days: less to land, and a share in every line
COMPANY = Company({"K1": steady(10), "K2": lambda day: 10 if day < DAY else 16}, starts_on=START, terms={"K2": {"basis": "average"}})
JANUARY = Month(2026, 1)


@pytest.fixture(scope="module")
def issued_january(server_home, tmp_path_factory):
    """January closed, once: ВМ26-000001 of K1 (peak), ВМ26-000002 of K2 (average)."""
    folder = tmp_path_factory.mktemp("explained")
    person = Authorship("Анна Петрова", "проверено", NOW)
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(COMPANY.write_master(folder / "master")), person)
        for day in (day for day in JANUARY.dates() if day >= START):
            COMPANY.write_day(folder / "snapshots", day)
        land_folder(made, "gps1", str(folder / "snapshots"), NOW)
        close(made, JANUARY, approver=person, issued_on=date(2026, 2, 1), at=NOW)
        yield template(server_home, made)


@pytest.fixture
def settings(request, server_home, tmp_path):
    """A company with January closed for the tests that ask for it, else an empty one."""
    if "closed" in request.fixturenames:
        with request.getfixturevalue("issued_january").copy(tmp_path / "home") as made:
            yield made
    else:
        with cloned(server_home, tmp_path / "home") as made:
            yield made


@pytest.fixture
def company():
    return COMPANY


def _done(result):
    code, out, err = result
    assert code == 0, err
    return out


def _load(company, run_cli, folder):
    _done(run_cli("master", "import", company.write_master(folder / "master")))
    _land(company, run_cli, folder / "snapshots", [day for day in Month(2026, 1).dates() if day >= START])


def _land(company, run_cli, folder, days):
    for day in days:
        company.write_day(folder, day)
    _done(run_cli("snapshot", "land", "--platform", "gps1", "--source", folder))


def _close(run_cli, month="2026-01"):
    _done(run_cli("close", "--month", month, "--approve-by", "Анна Петрова", "--issue-date", "2026-02-01"))


@pytest.fixture
def closed():
    """The company whose January is closed."""
    return COMPANY


def _everything(run_cli, number, folder):
    """All that explain can say of an invoice, with the bytes of its appendix."""
    folder.mkdir()
    ways = [(), ("--line", "1"), ("--day", str(DAY)), ("--line", "1", "--day", str(DAY))]
    said = {
        (*way, output_format): _done(run_cli("explain", number, *way, "--format", output_format))
        for way in ways
        for output_format in ("table", "json", "csv")
    }
    path = folder / "appendix.xlsx"
    _done(run_cli("explain", number, "--workbook", path))
    return {**said, "workbook": path.read_bytes()}


def _digests(settings, day):
    with engine.engine(settings).connect() as connection:
        found = connection.execute(text("SELECT digest FROM evidence.snapshots WHERE business_date = :day"), {"day": day})
        return list(found.scalars())


def test_the_answer_stays_byte_for_byte_the_same(closed, run_cli, settings, tmp_path):
    before = {number: _everything(run_cli, number, tmp_path / number[-1]) for number in ("ВМ26-000001", "ВМ26-000002")}
    first = _digests(settings, DAY)
    # another snapshot of a day, a withdrawn one, the accounts mapped to the other contract, other prices, terms and names
    _done(run_cli("snapshot", "land", "--platform", "gps1", "--source", closed.write_day(tmp_path / "late", DAY, {"K1": 14, "K2": 9})))
    _done(run_cli("snapshot", "withdraw", _digests(settings, date(2026, 1, 26))[0], "--by", "Анна", "--reason", "не тот файл"))
    changed = Company(
        closed.fleets,
        price="999",
        starts_on=START,
        terms={"K1": {"basis": "average", "discount_percent": "10"}, "K2": {"counting": "connected"}},
        extra={
            "tariffs": [{"tariff_code": "T1", "valid_from": "2026-01-28", "name": "Новый"}],
            "components": [
                {"tariff_code": "T1", "valid_from": "2026-01-28", "component_no": "1", "name": "М", "kind": "vehicles", "price": "7"}
            ],
            "accounts": [{"platform": "gps1", "account_id": "K2", "contract_no": "K1", "valid_from": "2026-01-01"}],
        },
    )
    folder = changed.write_master(tmp_path / "changed")
    clients = folder / "clients.csv"
    clients.write_text(clients.read_text(encoding="utf-8").replace("Клиент", "Переименованный"), encoding="utf-8")
    _done(run_cli("master", "import", folder, "--by", "Анна", "--reason", "новые цены"))
    assert len(_digests(settings, DAY)) == len(first) + 1
    after = {number: _everything(run_cli, number, tmp_path / f"{number[-1]}-after") for number in before}
    assert after == before


def test_the_whole_goes_down_to_vehicles_and_digests(closed, run_cli, settings):
    (told,) = json.loads(_done(run_cli("explain", "ВМ26-000002", "--format", "json")))
    # 3 × 10 + 4 × 16 = 94 vehicle-days; 94 ÷ 7 × 300 × 7/31 = 909.68; VAT 200.13
    assert (told["net"], told["vat"], told["total"], told["disagreements"]) == ("909.68", "200.13", "1109.81", [])
    line = told["lines"][0]
    assert (line["quantity_exact"], line["peak"], line["vehicle_days"], line["net"]) == ("94/7", 16, 94, "909.68")
    assert (line["price"], line["share"], told["segments"][0]["share"]) == ("300.00", "7/31", "7/31")
    listed = json.loads(_done(run_cli("invoices", "--month", "2026-01", "--lines", "--format", "json")))
    assert [(row["price"], row["share"]) for row in listed] == [("300.00", "7/31")] * 2
    assert [day["fleet_size"] for day in told["days"]] == [10] * 3 + [16] * 4
    assert [day["snapshots"][0]["digests"] for day in told["days"]] == [_digests(settings, day["date"]) for day in told["days"]]
    assert sum(len(vehicle["days"]) for vehicle in told["vehicles"]) == 94
    late = next(vehicle for vehicle in told["vehicles"] if vehicle["vehicle_id"] == "K2-015")
    assert (late["platform"], late["name"], late["days"]) == ("gps1", "Машина 15", [f"2026-01-{day:02}" for day in range(28, 32)])


def test_a_line_shows_its_days_and_a_day_its_vehicles(closed, run_cli, settings):
    rows = list(csv.DictReader(io.StringIO(_done(run_cli("explain", "ВМ26-000002", "--line", "1", "--format", "csv")))))
    assert [(row["date"], row["fleet_size"], row["online_minutes"]) for row in rows[2:4]] == [
        ("2026-01-27", "10", "600"),
        ("2026-01-28", "16", "960"),
    ]
    (digest,) = _digests(settings, DAY)
    assert rows[3]["snapshots"] == f"gps1 {digest[:12]}"
    vehicles = json.loads(_done(run_cli("explain", "ВМ26-000002", "--day", str(DAY), "--format", "json")))
    assert [(row["vehicle_id"], row["name"], row["counts"], row["snapshots"]) for row in vehicles] == [
        (f"K2-{index:03}", f"Машина {index}", True, digest) for index in range(16)
    ]
    table = _done(run_cli("explain", "ВМ26-000002", "--day", str(DAY)))
    assert f"снимок gps1 {digest}" in table
    assert "K2-015" in table


def test_a_carried_day_is_told_on_the_explanation(company, run_cli, tmp_path):
    _done(run_cli("master", "import", company.write_master(tmp_path / "master")))
    _land(company, run_cli, tmp_path / "snapshots", [date(2026, 1, day) for day in (25, 26, 27, 29, 30, 31)])
    _done(run_cli("snapshot", "carry", "--platform", "gps1", "--date", str(DAY), "--by", "Анна", "--reason", "платформа лежала"))
    _close(run_cli)
    told = _done(run_cli("explain", "ВМ26-000001"))
    assert "перенос на 28.01.2026: gps1, решение: Анна (платформа лежала)" in told
    assert "(за 27.01.2026)" in told
    assert "сходится: 70\u00a0машино-дней (машин: 10) пересчитаны" in told


def test_prepaid_invoices_and_corrections_are_explained_by_what_was_billed_before(run_cli, tmp_path, settings):
    company = Company({"K1": lambda day: 13 if day >= DAY else 9}, starts_on=START, terms={"K1": {"prepaid_vehicles": "10"}})
    _load(company, run_cli, tmp_path)
    _done(run_cli("prepay", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-01-01"))
    _done(run_cli("watch", "--date", str(DAY), "--approve-by", "Анна", "--issue-date", str(DAY)))
    _close(run_cli)
    # advance 10 × 300 × 7/31 = 677.42; 13 × 300 × 7/31 = 880.65; 203.23 more
    assert "дней учёта нет: счёт выставлен до их начала" in _done(run_cli("explain", "ВМ26-000001"))
    assert _done(run_cli("explain", "ВМ26-000001", "--line", "1")).endswith("    дней учёта нет: счёт выставлен до их начала\n")
    told = _done(run_cli("explain", "ВМ26-000001", "--day", str(DAY)))
    assert told.endswith("28.01.2026\n    счёт не опирается на этот день: он выставлен до начала учёта машин\n")
    (line,) = json.loads(_done(run_cli("explain", "ВМ26-000002", "--format", "json")))[0]["lines"]
    assert [one["number"] for one in line["before"]] == ["ВМ26-000001"]
    assert (line["billed_before"], line["now"]["total"], line["net"], line["peak_date"]) == ("826.45", "1074.39", "203.23", str(DAY))
    late = company.write_day(tmp_path / "late", DAY, {"K1": 15})
    _done(run_cli("snapshot", "land", "--platform", "gps1", "--source", late))
    _done(run_cli("correct", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-05"))
    # 15 × 300 × 7/31 = 1016.13; less 880.65: 135.48
    told = _done(run_cli("explain", "ВМ26-000003")).replace("\u00a0", " ")
    assert "было:     без НДС 880,65 + НДС 193,74 = 1 074,39" in told
    assert "разница:  без НДС 135,48 + НДС 29,81 = 165,29" in told
    assert [row["number"] for row in json.loads(_done(run_cli("invoices", "--month", "2026-01", "--format", "json")))][-1] == "ВМ26-000003"


def test_what_is_not_there_is_one_clear_error(closed, run_cli):
    for typed, said in (
        ("BM26-000002", "did you mean ВМ26-000002?"),  # Latin letters
        ("вм26-000002", "did you mean ВМ26-000002?"),
        ("ВМ26-2", "did you mean ВМ26-000002?"),
        ("K2", "it is a contract, with ВМ26-000002 (2026-01)"),
        ("ВМ26-000003", "the last ones are ВМ26-000002"),
    ):
        code, out, err = run_cli("explain", typed)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"no invoice has the number '{typed}'" in err
        assert said in err
    assert run_cli("explain", "ВМ26-000001", "--line", "2") == (2, "", "--line: ВМ26-000001 has no line 2: it has 1 to 1\n")
    assert "2026-02-01 is not a day of the month" in run_cli("explain", "ВМ26-000001", "--day", "2026-02-01")[2]
    assert "2026-01-24 is not a day of line 1" in run_cli("explain", "ВМ26-000001", "--line", "1", "--day", "2026-01-24")[2]


def test_a_draft_has_no_number_yet(company, run_cli, tmp_path):
    _load(company, run_cli, tmp_path)
    _done(run_cli("close", "--month", "2026-01"))
    code, _, err = run_cli("explain", "K1")
    assert code == 2
    assert "a draft of 2026-01; a draft has no number yet: see `fleetbill preview --month 2026-01 --contract K1`" in err
    assert "none was issued yet; 2 drafts have no number yet" in run_cli("explain", "ВМ26-000001")[2]


def _frozen_file(settings) -> Path:
    with engine.engine(settings).connect() as connection:
        path = connection.execute(text("SELECT vehicles_path FROM billing.evidence")).scalar_one()
    return Path(settings.lake) / path


def test_changed_evidence_is_said_loudly(closed, run_cli, settings, tmp_path):
    """A vehicle taken out of the frozen file by hand: the digest and the fleet of each day do not agree any more."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = _frozen_file(settings)
    table = pq.read_table(path)
    kept = table.filter(pc.invert(pc.equal(table.column("vehicle_id"), "K1-003")))
    path.chmod(0o644)
    pq.write_table(kept, path)
    code, out, err = run_cli("explain", "ВМ26-000001", "--workbook", tmp_path / "appendix.xlsx")
    assert code == 1
    assert err.count("\n") == 1
    assert hashlib.sha256(path.read_bytes()).hexdigest() in err
    assert "2026-01-25: billed by a fleet of 10, the frozen vehicles are 9, a difference of 1" in err
    assert "НЕ СХОДИТСЯ" in out
    assert not (tmp_path / "appendix.xlsx").exists()
    path.unlink()
    code, _, err = run_cli("explain", "ВМ26-000001")
    assert (code, err.count("\n")) == (1, 1)
    assert path.name in err
