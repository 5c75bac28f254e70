"""How the papers of each client leave: off, e-mail, 1C or both; sales reach the books whatever it says."""

import csv
from datetime import date

from sqlalchemy import text

from pipelines.delivery.mail import sending, server
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import NOW

DAY = date(2026, 1, 31)
CHOICES = {"BOTH": "both", "MAIL": "email", "OFF": "off", "ONEC": "1c"}


def _rows(settings, query):
    with engine.transaction(settings) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_each_client_gets_its_papers_its_own_way(settings, run_cli, smtp, tmp_path):
    company = Company({contract: steady(2) for contract in CHOICES}, starts_on=DAY)
    folder = company.write_master(tmp_path / "master")
    path = folder / "clients.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, [*rows[0], "email", "delivery"])
        writer.writeheader()
        for row in rows:
            contract = row["client_code"].removeprefix("C-")
            writer.writerow({**row, "email": f"{contract.lower()}@client.example", "delivery": CHOICES[contract]})
    assert run_cli("master", "import", folder, "--by", "Анна", "--reason", "начало")[0] == 0
    company.write_day(tmp_path / "snapshots", DAY)
    assert run_cli("snapshot", "land", "--platform", "gps1", "--source", tmp_path / "snapshots")[0] == 0
    closed = run_cli("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01")
    assert closed[0] == 0, closed[2]

    numbers = dict(_rows(settings, "SELECT contract_no, number FROM billing.invoices"))
    queued = _rows(settings, "SELECT object_kind, object_key FROM delivery.onec_outbox ORDER BY object_key")
    assert {key for kind, key in queued if kind == "invoice"} == {numbers["BOTH"], numbers["ONEC"]}
    assert len([key for kind, key in queued if kind == "sale"]) == len(CHOICES)

    smtp.start()
    done = sending.send(settings, NOW, server=server.parse(smtp.uri()), at_once=True)
    assert (done.sent, done.suppressed) == (2, 2)
    assert sorted(message["To"] for message in smtp.messages()) == ["both@client.example", "mail@client.example"]
