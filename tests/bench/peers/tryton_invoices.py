"""Invoices of Tryton, started by bench_invoices.py with the Python of Tryton's environment: HOST USER DATABASE COUNT [together].

Each party gets an invoice with one line and its tax, which is saved as a draft, validated and posted: a number of a strict sequence, the
accounting move, the totals. One by one, a transaction each, as a person's clicks do; ``together``: all by one call of each step in one
transaction, as its own mass processing does. The database, the chart of accounts and the parties are made before the clock starts.
Documents are not printed. Says `ready` after one invoice more, waits for a line, and prints processor seconds of this process.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

DAY = date(2026, 2, 1)


def is_empty(host: str, user: str, database: str) -> bool:
    """Whether nobody has made Tryton's tables yet."""
    import psycopg

    with psycopg.connect(host=host, user=user, dbname=database) as connection:
        return connection.execute("SELECT to_regclass('account_invoice')").fetchone() == (None,)


def made(database: str, configuration: str) -> None:
    """The modules and one company, where the database has none yet."""
    with tempfile.NamedTemporaryFile("w") as password:
        password.write("bench-of-tryton")
        password.flush()
        admin = [str(Path(sys.executable).with_name("trytond-admin")), "-c", configuration, "-d", database, "--email", "bench@example.com"]
        told = {**os.environ, "TRYTONPASSFILE": password.name}
        for more in (["--all"], ["-u", "account_invoice", "--activate-dependencies"]):
            subprocess.run([*admin, *more], check=True, env=told, capture_output=True)


def let_in(session) -> None:
    """The administrator joins every group, as whoever sets Tryton up does by its wizard."""
    from trytond.transaction import Transaction

    with Transaction().start(session.database_name, 0):
        admin = session.pool.get("res.user")(session.user)
        if not admin.groups:
            admin.groups = session.pool.get("res.group").search([])
            admin.save()


def arranged(count: int):
    """A company with its chart, fiscal year and tax, and so many parties; the same ones when they are there already."""
    from proteus import Model
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
    from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
    from trytond.modules.company.tests.tools import create_company

    if not Model.get("company.company").find():
        create_company()
        create_chart()
        year = set_fiscalyear_invoice_sequences(create_fiscalyear(today=DAY))
        year.click("create_period")
        create_tax(Decimal(".22")).save()
    address = Model.get("party.party")
    missing = count - len(address.find([("name", "like", "C%")]))
    address.save([address(name=f"C{number}") for number in range(max(missing, 0))])
    accounts = get_accounts()
    [tax] = Model.get("account.tax").find([])
    [company] = Model.get("company.company").find([])
    parties = [each.id for each in address.find([("name", "like", "C%")], limit=count)]
    return company.id, accounts["revenue"].id, tax.id, parties


def drafts(company: int, revenue: int, tax: int, parties: list[int]) -> list:
    """An invoice of one line for each party, not stored yet."""
    from trytond.pool import Pool

    names = ("account.invoice", "account.invoice.line", "party.party", "account.tax", "account.account")
    a_draft, a_line, a_party, a_tax, an_account = map(Pool().get, names)
    made = []
    for party in parties:
        invoice = a_draft(type="out", party=a_party(party), company=company, invoice_date=DAY)
        invoice.on_change_type()
        invoice.on_change_party()
        line = a_line(type="line", description="Monitoring", quantity=10.0, unit_price=Decimal("300.00"), account=an_account(revenue))
        line.taxes = [a_tax(tax)]
        invoice.lines = [line]
        made.append(invoice)
    return made


def issue(database: str, user: int, context: dict, together: bool, facts: tuple) -> None:
    """Draft, validate and post. What its server learns from a first try, which rows to lock at the start, later ones know."""
    from trytond.pool import Pool
    from trytond.transaction import Transaction, TransactionError

    parties, extras = facts[-1], {}
    for batch in [parties] if together else [[party] for party in parties]:
        while True:
            with Transaction().start(database, user, context=context, **extras) as transaction:
                try:
                    invoices = drafts(*facts[:-1], batch)
                    book = Pool().get("account.invoice")
                    book.save(invoices)
                    book.validate_invoice(invoices)
                    book.post(invoices)
                    break
                except TransactionError as lacking:
                    transaction.rollback()
                    lacking.fix(extras)


def main(host: str, user: str, database: str, count: int, together: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "trytond.conf")
        configuration.write_text(f"[database]\nuri = postgresql://{user}@/?host={host}\npath = {folder}\n[cache]\nclean_timeout = 0\n")
        if is_empty(host, user, database):
            made(database, str(configuration))
        from proteus import Model, config

        session = config.set_trytond(database=f"postgresql://{user}@/{database}?host={host}", config_file=str(configuration))
        let_in(session)
        *facts, parties = arranged(count + 1)
        session._context = Model.get("res.user").get_preferences(True, {})
        issue(database, session.user, dict(session.context), together, (*facts, parties[:1]))
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.process_time()
        issue(database, session.user, dict(session.context), together, (*facts, parties[1:]))
        seconds = time.process_time() - start
        posted = Model.get("account.invoice").find([("state", "=", "posted"), ("number", "!=", None)], order=[("id", "DESC")], limit=count)
        if len(posted) != count or any(each.total_amount != Decimal("3660.00") for each in posted):
            raise SystemExit(f"Tryton posted {len(posted)} of {count}")
        print(seconds)


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]), "together" in sys.argv[5:])
