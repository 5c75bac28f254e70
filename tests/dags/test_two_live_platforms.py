"""Two live platforms of 5,000 vehicles each, from their servers to blocked and restored accounts, under the DAGs' own functions."""

import csv
import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from pipelines import clock
from pipelines.clock import Authorship
from pipelines.platforms import retries
from pipelines.runs.import_master import import_master
from pipelines.warehouse.engine import transaction
from tests.company import Company, steady
from tests.dags.runs import Run, call, function_of
from tests.database import contents
from tests.ledger_world import ACCOUNTS, Paper, statement
from tests.loopback import Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer
from tests.wialon_server import TOKEN, WialonServer

pytestmark = pytest.mark.airflow

DAYS = (date(2026, 1, 30), date(2026, 1, 31))  # of the contracts in January
CONTRACTS = [f"K{number:02}" for number in range(1, 21)]
FLEET = 500  # vehicles of a contract; ten contracts on each platform
FIRST_ACCOUNT = {"gps3": 11, "gps4": 2001}
DEBTORS = {"K10": "gps3", "K20": "gps4"}


def account_of(contract):
    """(platform, account) of a contract."""
    place = CONTRACTS.index(contract)
    platform = "gps3" if place < 10 else "gps4"
    return platform, str(FIRST_ACCOUNT[platform] + place % 10)


@pytest.fixture
def master(home, tmp_path):
    company = Company({each: steady(FLEET) for each in CONTRACTS}, price="100", starts_on=DAYS[0])
    folder = company.write_master(tmp_path / "master")
    _write(folder / "platforms.csv", [{"platform": p, "kind": k, "connection": p} for p, k in (("gps3", "traccar"), ("gps4", "wialon"))])
    rows = [(*account_of(each), each, DAYS[0]) for each in CONTRACTS]
    _write(folder / "accounts.csv", [dict(zip(("platform", "account_id", "contract_no", "valid_from"), row, strict=True)) for row in rows])
    import_master(home, str(folder), Authorship("Анна Петрова", "начало", datetime(2026, 1, 29, tzinfo=UTC)))


@pytest.fixture
def traccar():
    """Each user owns 500 devices; the first device belongs to two users, whose contracts differ."""
    with TraccarServer("6.10.0") as server:
        for number in range(10):
            server.user(FIRST_ACCOUNT["gps3"] + number)
        for number in range(10 * FLEET):
            server.device(number + 1, (FIRST_ACCOUNT["gps3"] + number // FLEET,))
        server.links.append((FIRST_ACCOUNT["gps3"] + 1, 1))
        yield server


@pytest.fixture
def wialon():
    with WialonServer() as server:
        for number in range(10):
            server.account(FIRST_ACCOUNT["gps4"] + number)
        for number in range(10 * FLEET):
            server.unit(number + 1, FIRST_ACCOUNT["gps4"] + number // FLEET)
        yield server


class World:
    """The DAGs at a moment that the test chooses, and what was said in them."""

    def __init__(self, dags, monkeypatch):
        self.dags, self.said = dags, []
        self.moment = datetime(2026, 1, 30, 20, 50, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: self.moment)
        monkeypatch.setattr(retries, "sleep", lambda _: None)

    def snapshots(self):
        """Every live platform is taken; platform → its state, or the error that its task ended with."""
        from orchestration.ending import Ended

        due, take = (function_of(self.dags["take_snapshots"], name) for name in ("due", "take"))
        states = {}
        for platform in due(dag_run=SimpleNamespace(run_type="scheduled", run_after=self.moment)):
            try:
                states[platform] = take(platform=platform)
            except Ended as ended:
                states[platform] = ended
                self.said += [str(ended), repr(ended), repr(ended.__context__)]
        return states

    def payments(self, home, name, paid, until):
        """A bank's statement is dropped into the folder that `payments_in` reads, which then gives access back."""
        made = statement(home.exchange / "bank" / "in" / f"{name}.txt", *paid, until=until)
        with transaction(home) as connection:
            ours = connection.execute(text("SELECT bank_account FROM master.organizations")).scalar_one()
        made.write_bytes(made.read_bytes().replace(ACCOUNTS["ORG"].encode(), ours.encode()))
        call(self.dags["payments_in"], "payments")
        call(self.dags["payments_in"], "restore")


@pytest.fixture
def world(home, master, dags, monkeypatch, traccar, wialon):
    secrets = {
        "gps3": {"conn_type": "http", "host": traccar.url, "login": ADMIN, "password": PASSWORD},
        "gps4": {"conn_type": "http", "host": wialon.url, "password": TOKEN},
    }
    for platform, secret in secrets.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{platform.upper()}", json.dumps(secret))
    return World(dags, monkeypatch)


def test_from_two_servers_to_blocked_and_restored_accounts(home, world, dags, traccar, wialon, caplog, capfd):
    caplog.set_level("DEBUG")
    for day in DAYS:
        _everybody_speaks(traccar, wialon, day)
        world.moment = datetime(day.year, day.month, day.day, 20, 50, tzinfo=UTC)  # 23:50 in Moscow
        failing = (wialon, "gps4") if day == DAYS[0] else (traccar, "gps3")
        failing[0].fault = _dies_half_way(failing[0])
        first = world.snapshots()
        assert [state for platform, state in first.items() if platform != failing[1]] == ["landed"], "the other goes on"
        assert not first[failing[1]].is_final
        assert _landed(home, day) == 1, "no half snapshot"
        failing[0].fault = None
        assert list(world.snapshots().values()) == ["landed", "landed"]
        assert call(dags["fleet_daily"], "usage", partition_key=str(day)) is None
        assert _landed(home, day) == 2

    world.moment = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    close = Run(dags["close_month"], "2026-01")
    close.call("draft")
    close.answer("approval", "Approve", issue_date="2026-02-01")
    assert close.call("issue") == {"invoices": 20}
    invoices = _rows(home, "SELECT contract_no, number, total FROM billing.invoices ORDER BY 1")
    billed = _rows(home, "SELECT contract_no, quantity FROM billing.invoices JOIN billing.invoice_lines USING (invoice_id)")
    assert {contract: int(quantity) for contract, quantity in billed} == dict.fromkeys(CONTRACTS, FLEET), "a vehicle of two is billed once"

    paid = [_paper(number, total, "2026-02-20") for contract, number, total in invoices if contract not in DEBTORS]
    world.moment = datetime(2026, 2, 26, 3, 0, tzinfo=UTC)
    world.payments(home, "february", paid, "2026-02-25")
    call(dags["receivables"], "ladder", params={"date": "2026-02-26"})
    assert _blocked(traccar, wialon) == {account_of(each) for each in DEBTORS}
    call(dags["receivables"], "ladder", params={"date": "2026-02-26"})
    assert _blocked(traccar, wialon) == {account_of(each) for each in DEBTORS}
    assert call(dags["receivables"], "reconcile") == []
    wialon.accounts[int(account_of("K11")[1])]["enabled"] = 0  # by somebody else
    (drift,) = call(dags["receivables"], "reconcile")
    assert drift == f"block_of_others {'/'.join(account_of('K11'))}"
    wialon.accounts[int(account_of("K11")[1])]["enabled"] = 1

    world.moment = datetime(2026, 2, 26, 12, 0, tzinfo=UTC)
    late = [_paper(number, total, "2026-02-26") for contract, number, total in invoices if contract in DEBTORS]
    world.payments(home, "debtors", late, "2026-02-26")
    assert _blocked(traccar, wialon) == set()

    files = [path.read_bytes().decode("utf-8", "replace") for path in home.home.rglob("*") if path.is_file()]
    everything = "\n".join([*world.said, caplog.text, *capfd.readouterr(), repr(contents(home)), *files])
    assert "gps3" in everything
    assert not [secret for secret in (PASSWORD, TOKEN, "totp-secret", "YWRtaW5AZ3Bz") if secret in everything]


def _paper(number, total, day):
    return Paper(number, str(total), f"Оплата по счету {number}", day=day)


def _everybody_speaks(traccar, wialon, day):
    seen = datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
    for device in traccar.devices.values():
        device["lastUpdate"] = seen.isoformat(timespec="milliseconds")
    for unit in wialon.units.values():
        unit["lmsg"] = {"t": int(seen.timestamp()), "p": {}}


def _dies_half_way(server):
    """It answers some requests of a snapshot, and then none."""
    before = len(server.requests)
    return lambda _, count: Reply(dies="at once") if count >= before + 2 else None


def _blocked(traccar, wialon):
    users = {("gps3", str(number)) for number, user in traccar.users.items() if user["disabled"]}
    return users | {("gps4", str(number)) for number, account in wialon.accounts.items() if not account["enabled"]}


def _landed(home, day):
    return _rows(home, f"SELECT count(*) FROM evidence.snapshots WHERE state = 'landed' AND business_date = '{day}'")[0][0]


def _rows(home, query):
    with transaction(home) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
