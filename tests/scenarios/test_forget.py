"""A client that has left: what reaches its people goes from everywhere, what a law keeps stays and is named, the rest is as it was."""

import csv
import json
import uuid
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest
from sqlalchemy import exc, text

from pipelines.delivery.mail import events
from pipelines.delivery.mail.queue import queue
from pipelines.exports.giving import give
from pipelines.master.verify import verify
from pipelines.period import Month
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.database import contents
from tests.invoices import IssuedInvoice, Line, put
from tests.ledger_world import House
from tests.letters import send

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OLD, NEW, REFUSED, PHONE, STREET = "Olga@left.example", "new@left.example", "gone@left.example", "+7 921 555-01-02", "ул. Тайная, 7"
VALUES = tuple(each.lower() for each in (OLD, NEW, REFUSED, PHONE, STREET))
WHO = ("--by", "Анна Петрова", "--reason", "просьба клиента")
PEOPLE = {"kind": "individual", "inn": "", "kpp": "", "name": "Смирнова Ольга", "email": "olga@home.example", "phone": "+7 900 000-00-00"}


@pytest.fixture
def house(settings, run_cli, tmp_path, smtp):
    """C-K1 has left: two states of its contacts, an invoice, letters, an offer of 1C, exports, a delivery report. C-K2 is a neighbour."""
    first = {"email": OLD, "phone": PHONE, "address": STREET, "name": "ООО «Ушедший»"}
    for place, contacts in enumerate((first, {**first, "email": f"{NEW}, {REFUSED}"})):
        company = Company(
            {"K1": steady(1), "K2": steady(1), "K9": steady(1)},
            clients={"K1": contacts, "K2": {"email": "stays@other.example", "phone": "+7 900 111-22-33"}, "K9": PEOPLE},
            extra={"consumers": [{"consumer": "crm", "name": "CRM", "datasets": "clients", "personal_data": "yes"}]},
        )
        master = company.write_master(tmp_path / f"master{place}")
        _end(master / "contracts.csv", {"K1", "K9"})
        assert run_cli("master", "import", master, *WHO[:3], f"состояние {place}")[0] == 0
        if not place:
            give(settings, "crm", NOW)
    give(settings, "crm", NOW, since="1")
    made = House(settings)
    requisites = {"client": {"client_code": "C-K1", "email": NEW, "phone": PHONE, "address": STREET}}
    with made.owner() as connection:
        for contract in ("K1", "K2"):
            paper = IssuedInvoice(
                uuid.uuid5(uuid.NAMESPACE_OID, contract), f"ВМ26-00000{contract[1]}", int(contract[1]), contract, f"C-{contract}",
                Month(2026, 1), date(2026, 2, 1), date(2026, 2, 11), NOW, [Line("1", "100", None)], evidence=requisites,
            )  # fmt: skip
            put(connection, [paper])
            connection.execute(text("INSERT INTO billing.closed VALUES (:contract, '2026-01-01', now())"), {"contract": contract})
        told = "INSERT INTO delivery.onec_told_fields (peer, sheet, code, field, value, telling, history_no, message_no, at)"
        connection.execute(text(f"{told} VALUES ('BP', 'clients', 'C-K1', 'phone', :phone, 'offered', 1, 1, now())"), {"phone": PHONE})
        links = "INSERT INTO cabinet.links VALUES (sha256(CAST(:address AS bytea)), :address, now(), now())"
        sessions = "INSERT INTO cabinet.sessions VALUES (sha256(CAST(:address AS bytea)), :address, now(), now(), now(), NULL, true)"
        factors = "INSERT INTO cabinet.second_factors VALUES (:address, 'secret', now())"
        for statement in (links, sessions, factors):
            connection.execute(text(statement), [{"address": address} for address in (NEW, "stays@other.example")])
        asked = (
            "INSERT INTO master.address_changes (client_code, action, address, asked_by, asked_at, language) "
            "VALUES ('C-K1', 'added', :address, :address, now(), 'ru'), ('C-K2', 'added', 'x@y.example', 'x@y.example', now(), 'ru')"
        )
        connection.execute(text(asked), {"address": NEW})
        connection.execute(text("INSERT INTO cabinet.requests VALUES (sha256(CAST(:address AS bytea)), '', now())"), {"address": NEW})
        muted = "INSERT INTO findings.mutings VALUES ('bounced_address', :subject, 1, '2027-01-01', 'Анна', 'знаем', now())"
        connection.execute(text(muted), {"subject": f"C-K1/{REFUSED}"})
    with engine.transaction(settings) as connection:
        queue(connection, [events.restored(each, "ORG", f"C-{each}", on=date(2026, 3, 1)) for each in ("K1", "K2")], NOW)
    smtp.start(refuse={REFUSED: f"550 5.1.1 <{REFUSED}>: no such user"})
    assert send(settings, smtp).sent == 2
    report = settings.exchange / "mail" / "done" / "report.eml"
    report.parent.mkdir(parents=True)
    report.write_text(f"Final-Recipient: rfc822; {REFUSED.upper()}\n")
    report.with_name("other.eml").write_text("Final-Recipient: rfc822; stays@other.example\n")
    return made


def _end(contracts, numbers):
    """Give contracts an end."""
    with contracts.open(encoding="utf-8", newline="") as opened:
        rows = [{**row, "ends_on": "2026-01-31" if row["contract_no"] in numbers else ""} for row in csv.DictReader(opened)]
    with contracts.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _pay(house, amount="100.00"):
    with house.owner() as connection:
        columns = "payment_id, source, organization_code, client_code, document_no, paid_on, amount, received_at"
        payment = f"INSERT INTO receivables.payments ({columns}) VALUES ('p1', 'bank', 'ORG', 'C-K1', '7', '2026-02-20', {amount}, now())"
        connection.execute(text(payment))
        connection.execute(text("INSERT INTO receivables.allocations VALUES ('p1', 1, 'ВМ26-000001', 100.00, 'number', now())"))


def _holding(settings, values=VALUES):
    """Tables and files that hold any of the values, in any column or cell; a file of a store of rows is looked into."""
    found = {name for name, rows in contents(settings).items() if any(value in str(row).lower() for row in rows for value in values)}
    for path in settings.home.rglob("*"):
        if path.is_file():
            held = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_bytes().decode(errors="replace")
            if any(value in held.lower() for value in values):
                found.add(str(path.relative_to(settings.home)))
    return found


def _places(out):
    return {row["place"]: row["rows"] for row in json.loads(out)}


def test_it_is_refused_while_anything_needs_it(house, run_cli, settings):
    before = contents(settings)
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET dealer_code = 'C-K1' WHERE client_code = 'C-K2'"))
        connection.execute(text("UPDATE delivery.mail_outbox SET state = 'queued' WHERE client_code = 'C-K1'"))
    code, _, err = run_cli("forget", "C-K1", *WHO)
    against = "it owes 100.00 ₽; it is the dealer of C-K2; letters to it that wait: 1 (`fleetbill mail status`)"
    assert (code, " ".join(err.split())) == (1, f"refused: client C-K1 cannot be forgotten yet: {against}")
    assert "contract K2 is in force" in run_cli("forget", "C-K2", *WHO)[2]
    assert run_cli("forget", "C-0", *WHO)[0] == 2
    with house.owner() as connection:
        connection.execute(text("UPDATE master.clients SET dealer_code = NULL"))
        connection.execute(text("UPDATE delivery.mail_outbox SET state = 'sent'"))
    _pay(house, "130.00")
    assert "30.00 ₽ of its money are unspent" in run_cli("forget", "C-K1", *WHO)[2]
    after = contents(settings)
    assert {name for name in after if after[name] != before[name]} == {
        f"{room}.{table}" for room in ("receivables", "cabinet") for table in ("payments", "allocations")
    }


def test_what_reaches_people_goes_from_everywhere_and_the_rest_stays(house, run_cli, settings):
    _pay(house)
    assert _holding(settings) >= {
        "master.clients", "master.history", "delivery.mail_outbox", "delivery.mail_attempts", "delivery.onec_told_fields",
        "findings.occurrences", "findings.mutings", "billing.invoices", "exchange/mail/done/report.eml", "cabinet.links",
        "cabinet.sessions", "cabinet.second_factors", "master.address_changes",
    }  # fmt: skip
    before = contents(settings)
    code, out, err = run_cli("forget", "C-K1", *WHO, "--dry-run", "--format", "json")
    assert code == 0, err
    assert contents(settings) == before
    kept = settings.home / "tmp" / "proofs"
    stays = kept / "not-a-file.zip"
    stays.mkdir(parents=True)
    (kept / "proof.zip").touch()
    code, _, err = run_cli("forget", "C-K1", *WHO)
    assert (code, str(stays) in err, contents(settings) == before) == (1, True, True)  # said, and nothing else is begun
    assert [path.name for path in kept.iterdir()] == ["not-a-file.zip"]
    stays.rmdir()
    code, again, err = run_cli("forget", "C-K1", *WHO, "--format", "json")
    assert code == 0, err
    # two lines of its history, of the two imports; the rest once each
    told = _places(again)
    assert {place: rows for place, rows in told.items() if rows and place != "exports"} == {
        **dict.fromkeys(("cabinet.links", "cabinet.sessions", "cabinet.second_factors", "cabinet.requests"), 1),
        "master.address_changes": 1, "master.clients": 1, "master.history": 2, "delivery.mail_outbox": 1,
        "delivery.mail_attempts": told["delivery.mail_attempts"],
        "delivery.onec_told_fields": 1, "findings.occurrences (addresses)": 1, "findings.mutings": 1, "exchange/mail": 1,
    }  # fmt: skip
    assert told["exports"] >= _places(out)["exports"] > 0
    # what the issued invoice rests on, until 31.12.2031; the cabinet's table is the parent through which it is read
    assert _holding(settings) == {"billing.invoices", "cabinet.invoices"}
    assert {row["kept_until"] for row in json.loads(again) if row["place"].startswith("billing")} == {"2031-12-31"}
    assert house.rows("SELECT address FROM cabinet.links UNION ALL SELECT address FROM cabinet.sessions") == [("stays@other.example",)] * 2
    assert _holding(settings, ("stays@other.example",)) >= {"master.clients", "delivery.mail_outbox", "exchange/mail/done/other.eml"}
    assert verify(settings).differences == ()
    assert house.rows("SELECT name, inn, email, phone, address FROM master.clients WHERE client_code = 'C-K1'") == [
        ("ООО «Ушедший»", "7736207543", None, None, None)
    ]
    history = json.loads(run_cli("master", "history", "--client", "C-K1", "--sheet", "erasures", "--format", "json")[1])
    assert [(row["key"], row["by"], row["reason"]) for row in history] == [("C-K1", "Анна Петрова", "просьба клиента")]


def test_again_it_finds_nothing_and_a_consumer_is_told(house, run_cli, settings):
    _pay(house)
    assert run_cli("forget", "C-K1", *WHO)[0] == 0
    left = contents(settings)
    code, out, err = run_cli("forget", "C-K1", *WHO, "--format", "json")
    assert (code, set(_places(out).values())) == (0, {0, None})
    assert "nothing was left to erase" in err
    assert contents(settings) == left
    given = give(settings, "crm", NOW, since="2")
    [row] = pq.read_table(given.folder / "clients.changes.parquet").to_pylist()
    assert (row["change"], row["client_code"], row["email"], row["phone"]) == ("changed", "C-K1", None, None)
    everything = give(settings, "crm", NOW)
    assert {row["client_code"]: row["email"] for row in pq.read_table(everything.folder / "clients.parquet").to_pylist()} == {
        "C-K1": None, "C-K2": "stays@other.example", "C-K9": "olga@home.example",
    }  # fmt: skip
    assert give(settings, "crm", NOW, since="1").excerpt.version.number == 2  # an old cursor goes on


def test_a_person_of_whom_no_paper_is_kept_loses_the_name_too(house, run_cli, settings):
    """Nothing was ever issued for K9."""
    with house.owner() as connection:  # its month was closed without an invoice
        connection.execute(text("INSERT INTO billing.closed VALUES ('K9', '2026-01-01', now())"))
    code, out, err = run_cli("forget", "C-K9", *WHO, "--format", "json")
    assert code == 0, err
    assert house.rows("SELECT name, full_name, inn, email FROM master.clients WHERE client_code = 'C-K9'") == [("C-K9", None, None, None)]
    assert _holding(settings, ("смирнова", "olga@home.example", "+7 900 000-00-00")) == set()
    assert verify(settings).differences == ()
    assert next(row["what"] for row in json.loads(out) if row["place"] == "master.clients").endswith("name, ИНН")


CHANGES = (
    "UPDATE master.history SET by_name = 'другой'",
    "UPDATE master.history SET after = after || '{\"email\": \"other@x.example\"}' WHERE sheet = 'clients'",
    "UPDATE master.history SET before = NULL, after = NULL",
    "UPDATE delivery.mail_attempts SET detail = 'принято'",
    "UPDATE delivery.onec_told_fields SET value = '+7'",
    "UPDATE exports.versions SET as_of = as_of + 1",
    "UPDATE findings.mutings SET by_name = 'другой'",
    "DELETE FROM master.history",
)


def test_the_owner_may_erase_and_change_nothing_else(house):
    for erases in ("", "yes"):
        for change in CHANGES:
            with pytest.raises(exc.DBAPIError, match="refused"):
                _as_owner(house, f"SELECT set_config('fleetbill.erases', '{erases}', true)", change)


def _as_owner(house, *statements):
    with house.owner() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
