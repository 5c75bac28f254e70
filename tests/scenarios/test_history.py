"""Everything that people decided about a small company, told in one order of time: who, when, why, before and after."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines import history
from pipelines.access.promises import promise
from pipelines.billing import approval
from pipelines.billing.drafting import draft
from pipelines.billing.hold import hold_back
from pipelines.billing.hold import release as let_go
from pipelines.billing.model import Scope
from pipelines.clock import Authorship
from pipelines.delivery.mail import status
from pipelines.evidence.coverage import carry
from pipelines.evidence.landing_folder import land_folder
from pipelines.evidence.rulings import accept, withdraw
from pipelines.history import HistorySubject
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import cloned, release

JANUARY = Month(2026, 1)
# K1 and K2 are on gps1; K3's account there ended on the 9th, before the day that is carried; its own platform is gps2
COMPANY = Company({"K1": steady(10), "K2": steady(5)}, months=())
SECOND = {
    "clients": [{"client_code": "C-K3", "name": "ООО «Третий»", "kind": "legal", "inn": "7736207543", "kpp": "773601001"}],
    "contracts": [{"contract_no": "K3", "client_code": "C-K3", "organization_code": "ORG", "starts_on": "2026-02-01"}],
    "terms": [{"contract_no": "K3", "valid_from": "2026-02-01", "tariff_code": "T1", "prepaid_vehicles": "7", "minimum": "900"}],
    "accounts": [{"platform": "gps1", "account_id": "K3", "contract_no": "K3", "valid_from": "2026-01-01", "valid_to": "2026-01-09"}],
}
CARRIED, ACCEPTED = date(2026, 1, 10), date(2026, 1, 20)


def by(name, reason, day, hour=9):
    return Authorship(name, reason, datetime(2026, 2, day, hour, tzinfo=UTC))


@pytest.fixture(scope="module")
def decided(server_home, tmp_path_factory):
    """January: imported, a day carried, one accepted and later withdrawn and accepted again, a run refused, then approved."""
    folder = tmp_path_factory.mktemp("decided")
    with cloned(server_home, folder / "home") as made:
        master = Company(COMPANY.fleets, (), extra=SECOND).write_master(folder / "master")
        import_master(made, str(master), by("Анна", "начало", 1))
        for day in JANUARY.dates():
            if day != CARRIED:
                COMPANY.write_day(folder / "snapshots", day, {"K1": 1, "K2": 1} if day == ACCEPTED else None)
        landed = land_folder(replace(made, snapshot_max_drop=Decimal("0.5")), "gps1", str(folder / "snapshots"), by("", "", 1, 10).at)
        digest = next(one.digest for file, one in landed.landed if one.state == "quarantined")
        carry(made, "gps1", CARRIED, by("Борис", "сбой платформы", 2))
        accept(made, [digest], by("Борис", "машины на ремонте", 3))
        withdraw(made, [digest], by("Вера", "не тот файл", 4))
        accept(made, [digest], by("Вера", "всё же тот", 5))
        for client, until, day in (("C-K2", date(2026, 3, 1), 6), ("C-K2", date(2026, 3, 15), 7)):
            promise(made, client, until, by("Глеб", "обещал", day))
        _limits(made, folder / "limits", by("Анна", "больше машин", 8))
        refused = draft(made, Scope(JANUARY), by("", "", 9).at)
        approval.reject(made, JANUARY, refused.digest, by("Анна", "нет скидки", 9))
        close(made, JANUARY, approver=by("Анна", "проверено", 10), issued_on=date(2026, 2, 10), at=by("", "", 10).at)
        hold_back(made, Month(2026, 2), ["K3"], by("Ева", "спор о парке", 11))
        _letter(made)
        let_go(made, Month(2026, 2), ["K3"], by("Ева", "договорились", 13))
        release(made)
        yield made, digest


def _limits(settings, folder, author):
    folder.mkdir()
    (folder / "terms.csv").write_text(
        "contract_no,valid_from,tariff_code,prepaid_vehicles,discount_percent,minimum\nK3,2026-02-01,T1,12,5,1000\n", encoding="utf-8"
    )
    import_master(settings, str(folder), author)


def _letter(settings):
    """The letter of K1's invoice came to nothing in the server's hands; a person says that it arrived."""
    with engine.transaction(settings) as connection:
        number = connection.execute(text("SELECT number FROM billing.invoices WHERE contract_no = 'K1'")).scalar_one()
        connection.execute(
            text(
                "INSERT INTO delivery.mail_outbox (event_kind, event_key, client_code, queued_at, next_attempt_at, state, attempts) "
                "VALUES ('invoice', :number, 'C-K1', now(), now(), 'unknown', 1) "
                "ON CONFLICT (event_kind, event_key) DO UPDATE SET state = 'unknown', attempts = 1"
            ),
            {"number": number},
        )
        connection.execute(
            text(
                "INSERT INTO delivery.mail_attempts VALUES "
                "('invoice', :number, 1, 'final_dot', 'begun', NULL, '', '{}', 'm', '2026-02-11T09:00:00+00:00')"
            ),
            {"number": number},
        )
    status.resolve(settings, "invoice", number, "sent", by("Дина", "пришло: есть ответ", 12))


def told(settings, about=history.EVERYTHING, first=None, last=None):
    """(day of February, by, sheet, key, action, column, before, after) of everything after the first import."""
    found = history.changes(settings, about, first, last)
    lines = [(one.at.day, one.by, one.sheet, one.key, one.action, one.column, one.before, one.after) for one in found]
    return [line for line in lines if line[0] > 1]


def test_all_rooms_in_one_order_of_time(decided):
    settings, digest = decided
    snapshot = f"gps1|2026-01-20|{digest[:12]}"
    with engine.transaction(settings) as connection:
        runs = connection.execute(text("SELECT digest FROM billing.approvals ORDER BY approval_no")).scalars().all()
    # K1 10 × 300 + K2 5 × 300 = 4500.00, with VAT of 22 %: 5490.00
    assert told(settings) == [
        (2, "Борис", "carries", "gps1|2026-01-10", "carried", "status", "missing", "carried"),
        (3, "Борис", "snapshots", snapshot, "accepted", "state", "quarantined", "landed"),
        (4, "Вера", "snapshots", snapshot, "withdrawn", "state", "landed", "withdrawn"),
        (5, "Вера", "snapshots", snapshot, "accepted", "state", "withdrawn", "landed"),
        (6, "Глеб", "promises", "ORG|C-K2", "promised", "until", "", "2026-03-01"),
        (7, "Глеб", "promises", "ORG|C-K2", "promised", "until", "2026-03-01", "2026-03-15"),
        (8, "Анна", "terms", "K3|2026-02-01", "changed", "prepaid_vehicles", "7", "12"),
        (8, "Анна", "terms", "K3|2026-02-01", "changed", "discount_percent", "0", "5"),
        (8, "Анна", "terms", "K3|2026-02-01", "changed", "minimum", "900.00", "1000"),
        (9, "Анна", "approvals", "2026-01|close|1", "rejected", "", "", f"invoices=2; total=5490.00; digest={runs[0]}"),
        (10, "Анна", "approvals", "2026-01|close|2", "approved", "", "", f"invoices=2; total=5490.00; digest={runs[1]}"),
        (11, "Ева", "holds", "2026-02|K3", "held", "is_held", "no", "yes"),
        (12, "Дина", "letters", "invoice|ВМ26-000001", "resolved", "state", "unknown", "sent"),
        (13, "Ева", "holds", "2026-02|K3", "released", "is_held", "yes", "no"),
    ]
    reasons = {one.sheet: one.reason for one in history.changes(settings)}
    assert (reasons["letters"], reasons["approvals"], reasons["carries"]) == ("пришло: есть ответ", "проверено", "сбой платформы")


def test_of_one_contract_what_touches_it(decided):
    settings, _ = decided
    own = told(settings, HistorySubject(contract="K1"))
    assert [(day, sheet) for day, _, sheet, *_ in own] == [(2, "carries"), *((day, "snapshots") for day in (3, 4, 5)), (10, "approvals")]
    # K3's account on gps1 ended the day before the carried one, and nothing was issued for it
    assert {sheet for _, _, sheet, *_ in told(settings, HistorySubject(contract="K3"))} == {"terms", "holds"}


def test_of_one_client_its_contracts_promises_and_letters(decided):
    settings, _ = decided
    assert {one.sheet for one in history.changes(settings, HistorySubject(client="C-K2"))} == {
        "clients", "contracts", "terms", "accounts", "carries", "snapshots", "promises", "approvals",
    }  # fmt: skip
    assert [line[2] for line in told(settings, HistorySubject(client="C-K1"))][-1] == "letters"
    assert {one.key.split("|")[0] for one in history.changes(settings, HistorySubject(client="C-K3"))} == {"C-K3", "K3", "gps1", "2026-02"}


def test_of_one_tariff_nothing_else(decided):
    settings, _ = decided
    assert {one.sheet for one in history.changes(settings, HistorySubject(tariff="T1"))} == {"tariffs", "components"}


def test_of_one_kind_and_of_some_days(decided):
    settings, _ = decided
    assert {one.sheet for one in history.changes(settings, HistorySubject(sheet="vat_modes"))} == {"vat_modes"}
    assert [line[2] for line in told(settings, HistorySubject(sheet="approvals"))] == ["approvals"] * 2
    assert told(settings, HistorySubject(client="C-K1", sheet="promises")) == []
    assert [line[0] for line in told(settings, first=date(2026, 2, 4), last=date(2026, 2, 7))] == [4, 5, 6, 7]


def test_what_was_known_at_the_end_of_a_date(decided):
    settings, digest = decided

    def known(day):
        return {(one.sheet, one.key, one.column): one.value for one in history.as_of(settings, date(2026, 2, day))}

    carried, state = ("carries", "gps1|2026-01-10", "status"), ("snapshots", f"gps1|2026-01-20|{digest[:12]}", "state")
    promised, limit = ("promises", "ORG|C-K2", "until"), ("terms", "K3|2026-02-01", "prepaid_vehicles")
    assert (known(1).get(carried), known(2)[carried], known(12)[carried]) == (None, "carried", "carried")
    assert [known(day).get(state) for day in (2, 3, 4, 5)] == [None, "landed", "withdrawn", "landed"]
    assert [known(day).get(promised) for day in (5, 6, 7)] == [None, "2026-03-01", "2026-03-15"]
    assert (known(7)[limit], known(8)[limit]) == ("7", "12")
    words = [("approvals", f"2026-01|close|{number}", "total") for number in (1, 2)]
    assert [word in known(9) for word in words] == [True, False]


@pytest.fixture
def cli(decided, monkeypatch, capsys):
    """`run_cli` on what was decided."""
    from pipelines.cli.main import run

    settings, _ = decided
    for name in ("home", "database_url", "database_owner_url"):
        monkeypatch.setenv(f"FLEETBILL_{name.upper()}", str(getattr(settings, name)))

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        return (code, *capsys.readouterr())

    return call


def test_the_command_in_its_formats(cli):
    code, out, _ = cli("master", "history", "--contract", "K3", "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert list(rows[0]) == ["at", "by", "reason", "sheet", "key", "action", "column", "before", "after"]
    assert rows[0]["at"] == "2026-02-01T12:00:00+03:00"
    added = next(row for row in rows if (row["sheet"], row["action"]) == ("terms", "added"))
    assert (added["before"], added["after"]["prepaid_vehicles"], added["after"]["minimum"]) == (None, "7", "900")
    assert [row for row in rows if row["sheet"] == "terms"][-1] | {"at": ""} == {
        "at": "", "by": "Анна", "reason": "больше машин", "sheet": "terms", "key": "K3|2026-02-01", "action": "changed",
        "column": "minimum", "before": "900.00", "after": "1000",
    }  # fmt: skip
    code, out, _ = cli("master", "history", "--sheet", "approvals")
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [["2026-02-09", "12:00", "Анна"], ["2026-02-10", "12:00", "Анна"]]
    code, out, _ = cli("master", "history", "--sheet", "carries", "--as-of", "2026-02-02", "--format", "csv")
    assert out.splitlines()[1] == "carries,gps1|2026-01-10,status,carried,2026-02-02T12:00:00+03:00,Борис,сбой платформы"


def test_the_unknown_is_refused_by_name(cli):
    for what in ("contract", "tariff", "client"):
        for more in ((), ("--as-of", "2026-02-28"), ("--from", "2026-02-28")):
            assert cli("master", "history", f"--{what}", "нет", *more) == (2, "", f"--{what}: the history knows nothing of {what} 'нет'\n")
    code, _, err = cli("master", "history", "--sheet", "carry")
    assert (code, err.startswith("--sheet: there is no sheet 'carry'; the sheets are organizations, vat_modes, clients, ")) == (2, True)
    assert cli("master", "history", "--contract", "K1", "--from", "2026-03-01")[0] == 0  # known, and nothing was decided then
    assert cli("master", "history", "--from", "2026-03-02", "--to", "2026-03-01")[0] == 2
    assert cli("master", "history", "--as-of", "2026-03-02", "--to", "2026-03-01")[0] == 2


def test_what_was_decided_is_what_the_tables_hold(cli):
    assert cli("master", "verify")[0] == 0


def test_every_source_gives_its_own_sheets(decided):
    settings, _ = decided
    assert {one.sheet for one in history.changes(settings)} == set(history.SHEETS) - {
        "tiers",
        "bank_accounts",
        "refunds",
        "ladder",
        "calendar",
        "peers",
        "write_offs",
        "consumers",
        "crm_fields",
        "mutings",
        "stops",
        "erasures",
        "allocations",
    }  # the company has none
