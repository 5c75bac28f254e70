"""What other tariffs would have billed over past months, against what was billed; the database stays as it is to the last row."""

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from pipelines.clock import Authorship, now
from pipelines.period import Month
from pipelines.warehouse import engine
from pipelines.warehouse.locks import Lock, lock
from tests.company import Company, steady
from tests.conftest import cloned, release
from tests.database import contents

CLOSED = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
T1 = {"tariff_code": "T1", "valid_from": "2025-01-01"}
T2 = {"tariff_code": "T2", "valid_from": "2025-01-01"}
VEHICLES = {"component_no": "1", "name": "Мониторинг транспорта", "kind": "vehicles"}
STEPS = [{**T2, "component_no": "1", "up_to": "15", "price": "10"}, {**T2, "component_no": "1", "up_to": "", "price": "5"}]
# November has 30 days, VAT is 20 %. IDLE has 3 vehicles, one of which never sends a message.
COMPANY = Company(
    {
        "AVERAGE": lambda day: 10 if day.day <= 15 else 16,
        "IDLE": steady(3),
        "PREPAID": steady(12),
        "TIERED": steady(16),
        "UNIT": steady(10),
    },
    months=(),
    terms={"AVERAGE": {"basis": "average"}, "PREPAID": {"prepaid_vehicles": "10"}, "TIERED": {"tariff_code": "T2"}},
    extra={
        "tariffs": [{**T2, "name": "Ступени"}],
        "components": [{**T2, **VEHICLES, "scheme": "graduated"}],
        "tiers": STEPS,
    },
)
# AVERAGE: 390 ÷ 30 × 300 = 3900; IDLE: 2 × 300; PREPAID: 12 × 300; TIERED: 15 × 10 + 1 × 5 = 155; UNIT: 10 × 300; and 20 %
BILLED = {"AVERAGE": "4680.00", "IDLE": "720.00", "PREPAID": "4320.00", "TIERED": "186.00", "UNIT": "3600.00"}


@pytest.fixture(scope="session")
def november(server_home, tmp_path_factory):
    """November closed, December landed and open; the folder holds `home` and the company's own `master`."""
    from pipelines.evidence.landing_folder import land_folder
    from pipelines.master.importing import import_master
    from pipelines.runs.close import close

    folder = tmp_path_factory.mktemp("simulated")
    person = Authorship("Анна", "начало", CLOSED)
    for month in (Month(2025, 11), Month(2025, 12)):
        for day in month.dates():
            path = COMPANY.write_day(folder / "snapshots", day)
            path.write_text(
                "\n".join(
                    line.replace(f"{day}T12:00:00+03:00,60", ",0") if line.startswith("IDLE-002") else line
                    for line in path.read_text(encoding="utf-8").splitlines()
                ),
                encoding="utf-8",
            )
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(COMPANY.write_master(folder / "master")), person)
        land_folder(replace(made, snapshot_max_drop=Decimal("0.9")), "gps1", str(folder / "snapshots"), CLOSED)
        close(made, Month(2025, 11), approver=person, issued_on=date(2025, 12, 1), at=CLOSED)
        yield made, folder
        release(made)


@pytest.fixture
def settings(request, server_home, tmp_path, november):
    """The company itself, whose database must be the same afterwards; for tests that ask for `own`, a copy."""
    made, folder = november
    if "own" not in request.fixturenames:
        before = contents(made)
        yield made
        assert contents(made) == before
        return
    release(made)
    shutil.copytree(folder / "home", tmp_path / "home")
    with cloned(server_home, tmp_path / "home", made.database_url.split("@/")[1].split("?")[0]) as copy:
        yield copy


@pytest.fixture
def own():
    """This test changes facts."""


@pytest.fixture
def source(tmp_path):
    """``source(components=[…], …)``: a folder of CSV files."""

    def write(name="source", **sheets):
        (tmp_path / name).mkdir()
        for sheet, rows in sheets.items():
            with (tmp_path / name / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as opened:
                writer = csv.DictWriter(opened, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return tmp_path / name

    return write


def _simulated(run_cli, *arguments):
    code, out, err = run_cli("preview", "--month", "2025-11", "--format", "json", "--tariffs", *arguments)
    assert code == 0, err
    return json.loads(out), err


def _differences(rows):
    return {row["client_code"].removeprefix("C-"): row["difference"] for row in rows}


def test_another_price_of_a_closed_month_to_the_kopeck(run_cli, source):
    """300 → 360: each of T1 pays a fifth more, TIERED is on T2."""
    rows, err = _simulated(run_cli, source(components=[{**T1, **VEHICLES, "price": "360"}]))
    assert [list(row.values()) for row in rows] == [
        # 390 ÷ 30 × 360 = 4680.00 + 936.00; 12 × 360 = 4320.00 + 864.00; 10 × 360 = 3600.00 + 720.00; 2 × 360 = 720.00 + 144.00
        ["C-AVERAGE", "ООО «Клиент AVERAGE»", 1, "3900.00", "4680.00", "4680.00", "5616.00", "936.00", "20.0"],
        ["C-PREPAID", "ООО «Клиент PREPAID»", 1, "3600.00", "4320.00", "4320.00", "5184.00", "864.00", "20.0"],
        ["C-UNIT", "ООО «Клиент UNIT»", 1, "3000.00", "3600.00", "3600.00", "4320.00", "720.00", "20.0"],
        ["C-IDLE", "ООО «Клиент IDLE»", 1, "600.00", "720.00", "720.00", "864.00", "144.00", "20.0"],
        ["C-TIERED", "ООО «Клиент TIERED»", 1, "155.00", "155.00", "186.00", "186.00", "0.00", "0.0"],
    ]
    assert err == ""


def test_tiers_of_both_schemes(run_cli, source):
    steps = [{**T1, "component_no": "1", "up_to": "10", "price": "300"}, {**T1, "component_no": "1", "up_to": "", "price": "200"}]
    tried = source(components=[{**T1, **VEHICLES, "scheme": "graduated"}, {**T2, **VEHICLES, "scheme": "volume"}], tiers=[*steps, *STEPS])
    rows, _ = _simulated(run_cli, tried)
    assert _differences(rows) == {
        "AVERAGE": "-360.00",  # 10 × 300 + 3 × 200 = 3600.00 + 20 % against 4680.00
        "IDLE": "0.00",
        "PREPAID": "-240.00",  # 10 × 300 + 2 × 200 = 3400.00 + 20 % against 4320.00
        "TIERED": "-90.00",  # volume: 16 × 5 = 80.00 + 20 % against 186.00
        "UNIT": "0.00",
    }
    assert rows[-1]["client_code"] == "C-AVERAGE"
    assert {row["client_code"]: row["percent"] for row in rows}["C-TIERED"] == "-48.4"  # 90 ÷ 186 = 48.387 %


def test_terms_move_a_client_and_change_what_is_counted(run_cli, source):
    tried = source(
        terms=[
            {"contract_no": "UNIT", "valid_from": "2025-11-16", "tariff_code": "T2", "counting": ""},
            {"contract_no": "IDLE", "valid_from": "2025-11-01", "tariff_code": "T1", "counting": "connected"},
        ]
    )
    rows, _ = _simulated(run_cli, tried)
    assert _differences(rows) == {
        "AVERAGE": "0.00",
        "IDLE": "360.00",  # 3 × 300 = 900.00 + 20 % against 720.00
        "PREPAID": "0.00",
        "TIERED": "0.00",
        "UNIT": "-1740.00",  # 10 × 300 × ½ + 10 × 10 × ½ = 1550.00 + 20 % against 3600.00
    }


def test_what_cannot_be_rated_is_named_and_left_out_of_both_sums(run_cli, source):
    tried = source(
        tariffs=[{"tariff_code": "T9", "valid_from": "2025-11-20", "name": "Новый"}, {**T2, "tariff_code": "T8", "name": "Топливо"}],
        components=[
            {"tariff_code": "T9", "valid_from": "2025-11-20", **VEHICLES, "meter": "", "price": "1"},
            {**T2, "tariff_code": "T8", "component_no": "1", "name": "Топливо", "kind": "meter", "meter": "fuel", "price": "1"},
        ],
        terms=[
            {"contract_no": "UNIT", "valid_from": "2025-11-10", "tariff_code": "T9"},
            {"contract_no": "IDLE", "valid_from": "2025-11-01", "tariff_code": "T8"},
        ],
    )
    rows, err = _simulated(run_cli, tried)
    assert _differences(rows) == {"AVERAGE": "0.00", "PREPAID": "0.00", "TIERED": "0.00"}
    assert "2025-11: parked UNIT: tariff T9 has no version in force on 2025-11-10…2025-11-19" in err
    assert "2025-11: parked IDLE: gps1 2025-11-01…2025-11-30: no meter fuel" in err


def test_every_problem_of_the_source_is_listed_with_its_place(run_cli, source):
    tried = source(
        clients=[{"client_code": "C-UNIT", "name": ""}],
        tariffs=[{**T1, "name": "Базовый", "currency": "USD"}],
        components=[{**T1, **VEHICLES, "price": "3OO"}, {**T2, **VEHICLES, "price": "1"}],
        terms=[{"contract_no": "UNKNOWN", "valid_from": "2025-11-01", "tariff_code": "T7"}],
    )
    code, out, err = run_cli("preview", "--month", "2025-11", "--tariffs", tried)
    assert (code, out) == (2, "")
    assert [line.split(": ")[0] for line in err.splitlines()] == [
        "terms.csv:2 column contract_no",
        "terms.csv:2 column tariff_code",
        "tariffs.csv:2 column currency",
        "components.csv:2 column price",
        "components.csv:3 column price",
    ]
    (tried / "more").mkdir()
    shutil.move(tried / "clients.csv", tried / "more" / "clients.csv")
    code, _, err = run_cli("preview", "--month", "2025-11", "--tariffs", tried / "more")
    assert (code, err) == (2, "more: holds none of the sheets terms, tariffs, components, tiers: there is nothing to try\n")


def test_a_price_list_of_the_future_over_a_closed_and_an_open_month(run_cli, source):
    version = {"tariff_code": "T1", "valid_from": "2027-01-01"}
    tried = source(tariffs=[{**version, "name": "Базовый 2027"}], components=[{**version, **VEHICLES, "price": "360"}])
    rows, err = _simulated(run_cli, tried, "--to", "2025-12")
    # November as above, and December the same, but AVERAGE: 406 ÷ 31 × 300 = 3929.03 + 785.81 = 4714.84,
    # × 360 = 4714.84 + 942.97 = 5657.81: 942.97 more
    assert _differences(rows) == {"AVERAGE": "1878.97", "PREPAID": "1728.00", "UNIT": "1440.00", "IDLE": "288.00", "TIERED": "0.00"}
    assert [(row["contracts"], row["billed"]) for row in rows if row["client_code"] == "C-AVERAGE"] == [(1, "9394.84")]
    assert err.splitlines() == [
        "notice: tariff T1 begins on 2027-01-01 in this source: that version is applied to the whole of 2025-11, 2025-12",
        "not closed: 5 contract-months of 10, compared with what the stored tariffs would bill now",
    ]


def test_by_contract_and_month_of_one_contract(run_cli, source):
    tried = source(components=[{**T1, **VEHICLES, "price": "360"}])
    command = ("preview", "--month", "2025-11", "--to", "2025-12", "--tariffs", tried, "--by", "contract", "--format", "csv")
    code, out, _ = run_cli(*command, "--contract", "UNIT")
    assert code == 0
    assert list(csv.reader(io.StringIO(out))) == [
        ["contract_no", "client_code", "month", "billed", "simulated", "difference"],
        ["UNIT", "C-UNIT", "2025-11", "3600.00", "4320.00", "720.00"],
        ["UNIT", "C-UNIT", "2025-12", "3600.00", "4320.00", "720.00"],
    ]
    assert run_cli(*command, "--contract", "NOBODY") == (2, "", "--contract: unknown contract 'NOBODY'\n")


def test_the_stored_tariffs_themselves_change_nothing(run_cli, november):
    _, folder = november
    rows, err = _simulated(run_cli, folder / "master", "--to", "2025-12")
    assert [row["difference"] for row in rows] == ["0.00"] * 5
    assert err.splitlines()[0] == (
        "notice: left aside: accounts.csv, clients.csv, contracts.csv, organizations.csv, platforms.csv; "
        "only terms, tariffs, components, tiers are tried"
    )


def test_the_table_shows_the_totals_and_both_ends(run_cli, source):
    tried = source(
        components=[{**T1, **VEHICLES, "scheme": "unit", "price": "360"}, {**T2, **VEHICLES, "scheme": "volume", "price": ""}],
        tiers=STEPS,
    )
    code, out, err = run_cli("preview", "--month", "2025-11", "--tariffs", tried)
    assert code == 0
    lines = out.splitlines()
    # 4680 + 720 + 4320 + 186 + 3600 = 13506.00; + 936 + 144 + 864 − 90 + 720 = 16080.00; 2574 ÷ 13506 = 19.06 %
    assert lines[0] == "2025-11, 5 clients, 5 contracts: billed 13506.00, simulated 16080.00, difference +2574.00 (+19.1 %)"
    assert (lines[2], lines[9]) == ("4 clients would pay more:", "1 client would pay less:")
    assert [line.split()[0] for line in (*lines[4:8], lines[11])] == ["C-AVERAGE", "C-PREPAID", "C-UNIT", "C-IDLE", "C-TIERED"]
    assert "the whole list: --format csv or json" in err


def test_facts_that_changed_since_the_close_are_told_apart(own, run_cli, source, tmp_path):
    day = COMPANY.write_day(tmp_path / "late", date(2025, 11, 20), {"UNIT": 11})
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", day)[0] == 0
    rows, err = _simulated(run_cli, source(components=[{**T1, **VEHICLES, "price": "360"}]), "--contract", "UNIT")
    # 11 × 360 = 3960.00 + 20 % = 4752.00; of the difference 300.00 + 20 % are the eleventh vehicle's
    assert [(row["billed"], row["simulated"], row["difference"]) for row in rows] == [("3600.00", "4752.00", "1152.00")]
    assert err == (
        "facts have changed since the close of 1 contract-month: the stored tariffs would bill them +360.00 differently today; "
        "that part of the difference is not the tariffs' (`fleetbill correct` bills it)\n"
    )


def test_a_closed_month_that_can_no_longer_be_rated_has_an_unknown_drift(own, run_cli, source):
    """T9 prices UNIT as stored from the 20th only; the tried one prices all of November: 10 × 360 + 20 %."""
    terms = [{"contract_no": "UNIT", "valid_from": "2025-11-01", "tariff_code": "T9"}]
    late = {"tariff_code": "T9", "valid_from": "2025-11-20"}
    stored = source("stored", tariffs=[{**late, "name": "Новый"}], components=[{**late, **VEHICLES, "price": "360"}], terms=terms)
    assert run_cli("master", "import", stored, "--by", "Анна", "--reason", "ошибка")[0] == 0
    whole = {"tariff_code": "T9", "valid_from": "2025-11-01"}
    tried = source("tried", tariffs=[{**whole, "name": "Новый"}], components=[{**whole, **VEHICLES, "price": "360"}])
    rows, err = _simulated(run_cli, tried, "--contract", "UNIT")
    assert [(row["billed"], row["simulated"]) for row in rows] == [("3600.00", "4320.00")]
    assert "what is stored cannot be rated today for 1 closed contract-month (UNIT 2025-11): how much of the difference is not" in err
    assert "facts have changed" not in err


def test_a_simulation_says_what_an_import_would_do(own, run_cli, source):
    """Imported for good, the same source is corrected by exactly the simulated differences."""
    tried = source(
        tariffs=[{"tariff_code": "T1", "valid_from": "2025-11-11", "name": "Базовый"}],
        components=[
            {"tariff_code": "T1", "valid_from": "2025-11-11", **VEHICLES, "scheme": "", "price": "317.77"},
            {**T2, **VEHICLES, "scheme": "volume", "price": ""},
        ],
        tiers=STEPS,
        terms=[
            {"contract_no": "IDLE", "valid_from": "2025-11-06", "tariff_code": "T1", "counting": "connected", "discount_percent": "7.5"},
            {"contract_no": "UNIT", "valid_from": "2025-11-16", "tariff_code": "T2", "counting": "", "discount_percent": ""},
        ],
    )
    rows, _ = _simulated(run_cli, tried)
    expected = {contract: difference for contract, difference in _differences(rows).items() if difference != "0.00"}
    assert len(expected) == 5
    assert run_cli("master", "import", tried, "--by", "Анна", "--reason", "решено")[0] == 0
    code, out, err = run_cli("correct", "--month", "2025-11", "--format", "json")
    assert code == 0, err
    assert {row["contract_no"]: row["total"] for row in json.loads(out)} == expected
    again, _ = _simulated(run_cli, tried)
    assert {row["client_code"]: row["simulated"] for row in again} == {row["client_code"]: row["simulated"] for row in rows}


def test_it_waits_for_no_import_and_no_nightly_run(settings, run_cli, source):
    tried = source(components=[{**T1, **VEHICLES, "price": "360"}])
    with engine.engine(settings).connect() as other:
        lock(other, Lock.MASTER)
        lock(other, Lock.USAGE, date(2025, 11, 1))
        for half_done in ("UPDATE master.components SET price = 999", "UPDATE usage.months SET inputs = 'half'"):
            other.execute(text(half_done))
        assert _differences(_simulated(run_cli, tried)[0])["UNIT"] == "720.00"
        other.rollback()


def test_the_database_itself_refuses_to_store_what_is_only_read(settings):
    with engine.reading(settings) as connection, pytest.raises(InternalError, match="read-only transaction"):
        connection.execute(text("DELETE FROM usage.months"))
    with engine.transaction(settings) as connection:  # the same pooled connection writes again
        assert connection.execute(text("SHOW transaction_read_only")).scalar() == "off"


def test_a_preview_of_an_open_month_and_of_one_contract(run_cli):
    code, out, err = run_cli("preview", "--month", "2025-12")
    # 3929.03 + 600 + 3600 + 155 + 3000 = 11284.03; VAT 785.81 + 120 + 720 + 31 + 600 = 2256.81
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "5 contracts: net 11284.03, VAT 2256.81, total 13540.84"
    code, out, _ = run_cli("preview", "--month", "2025-12", "--contract", "PREPAID", "--format", "json")
    assert [(row["contract_no"], row["kind"], row["total"]) for row in json.loads(out)] == [("PREPAID", "corrective", "4320.00")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--month", "2025-11", "--contract", "UNIT"), 1, "2025-11 of contract UNIT is closed: `fleetbill invoices --month 2025-11` lists"),
        (("--month", "2025-12", "--contract", "NOBODY"), 2, "--contract: unknown contract 'NOBODY'"),
        (("--month", "2025-05", "--contract", "UNIT"), 1, "refused: contract UNIT is in force from 2025-06-01, not in 2025-05"),
        (("--month", "2025-12", "--to", "2026-01"), 2, "--to needs --tariffs PATH"),
        (("--month", "2025-12", "--tariffs", "x", "--to", "2025-11"), 2, "--to 2025-11 lies before --month 2025-12"),
        (("--month", "2025-11"), 0, "closed already: 5 contracts; `fleetbill invoices --month 2025-11` lists what was issued"),
    ],
)
def test_a_preview_with_nothing_to_show_says_why(run_cli, arguments, code, said):
    found, _, err = run_cli("preview", *arguments)
    assert (found, said in err) == (code, True), err


def test_a_month_that_is_not_over_is_one_remark_and_one_line_a_reason(run_cli):
    month = Month.of(now().date()).next
    code, out, err = run_cli("preview", "--month", str(month), "--format", "csv")
    assert (code, len(out.splitlines())) == (0, 1)
    assert err.splitlines() == [
        f"{month} is not over: days from {month.first} on are not known yet",
        f"parked 5 contracts (AVERAGE, IDLE, PREPAID, TIERED, UNIT): gps1 {month.first}…{month.last}: no snapshot",
    ]


def test_what_was_billed_is_what_the_invoices_say(settings):
    query = "SELECT contract_no, sum(total)::text FROM billing.invoices GROUP BY contract_no"
    with engine.transaction(settings) as connection:
        assert dict(tuple(row) for row in connection.execute(text(query))) == BILLED
