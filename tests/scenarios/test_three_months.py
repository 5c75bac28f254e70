"""The sample company from January to March, every third day: the ladder, payments, a promise, payment data that stop coming. Each letter
is held against how things stand in the moment in which it leaves; in the end each акт сверки against the sales that 1C was sent."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from lxml import etree
from sqlalchemy import text

from pipelines.access.dunning import dunning
from pipelines.access.promises import promise
from pipelines.billing import listing
from pipelines.clock import Authorship
from pipelines.delivery.mail import sending, server
from pipelines.delivery.onec.sending import send as send_to_onec
from pipelines.errors import Refused
from pipelines.master.sheets import LETTERS
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import payments
from pipelines.receivables.reconciliation import statement_of_account
from pipelines.runs.close import close
from pipelines.runs.prepay import prepay
from pipelines.warehouse import engine
from tests.conftest import ROOT
from tests.letters import rows
from tests.sample_company import landed_sample

START, END = date(2026, 1, 3), date(2026, 3, 31)
SILENCE = (date(2026, 2, 21), date(2026, 3, 9))
ISSUES = {date(2026, 1, 3): ("prepay", 1), date(2026, 2, 2): ("both", 1), date(2026, 3, 4): ("both", 2)}
_MONTHS = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"]
_DAY = rf"(\d+) ({'|'.join(_MONTHS)}) (\d{{4}})"


def _days(pattern, text):
    """Dates that stand after some words, read from a letter."""
    return [date(int(year), _MONTHS.index(month) + 1, int(day)) for day, month, year in re.findall(pattern + _DAY, text)]


@pytest.fixture
def settings(server_home, tmp_path_factory, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "sample"))
    with landed_sample(server_home, tmp_path_factory).copy(tmp_path / "home") as made:
        yield made


def _issue(settings, day, at):
    what, number = ISSUES[day]
    approver = Authorship("Анна", "проверено", at)
    if what == "prepay":
        prepay(settings, Month(2026, 1), approver=approver, issued_on=day, at=at)
        return
    close(settings, Month(2026, number), approver=approver, issued_on=day, at=at)
    try:
        prepay(settings, Month(2026, number + 1), approver=approver, issued_on=day, at=at + timedelta(minutes=1))
    except Refused as error:
        assert "nothing" in str(error), error  # noqa: PT017 - a month with nobody to bill ahead is no fault


def _pay(settings, tmp_path, day):
    """What the sample's clients have paid by that day, of both organizations."""
    from company.bank import bank_statement

    issued = [
        {key: str(value) for key, value in row.items()}
        for month in (Month(2026, 1), Month(2026, 2), Month(2026, 3))
        for row in listing.invoices(settings, month, None)
    ]
    for organization in ("MT", "SM"):
        path = tmp_path / f"{organization}-{day}.txt"
        path.write_bytes(bank_statement(issued, organization, date(2026, 1, 1), day, at=day))
        import_payments(settings, path, datetime(day.year, day.month, day.day, 5, 30, tzinfo=UTC))


class _Watch:
    """Stands between deciding and sending, and looks at each letter with the tables themselves."""

    def __init__(self, settings, monkeypatch):
        self.settings, self.seen, self.at = settings, [], None
        self.attached = {}
        self._row = None
        decided, compose = sending.decided, sending.compose

        def deciding(given, connection, row, at):
            self._row, self.at = row, at
            return decided(given, connection, row, at)

        def composing(outgoing):
            content = compose(outgoing)
            self.look(outgoing, message_from_bytes(content, policy=policy.default))
            return content

        monkeypatch.setattr(sending, "decided", deciding)
        monkeypatch.setattr(sending, "compose", composing)

    def look(self, outgoing, message):
        kind, client, today = self._row.event_kind, self._row.client_code, self.at.date()
        assert message["Subject"] == outgoing.letter.subject, kind
        said = re.sub("[\u00a0\u202f]", " ", f"{outgoing.letter.subject}\n{message.get_body(('plain',)).get_content()}").replace(
            "\r\n", "\n"
        )
        self.seen.append((kind, client, self._row.organization_code, self.at, said))
        self.attached[kind, client, today] = list(outgoing.attachments)
        for until in _days("(?:платите, пожалуйста, до|оплатить до) ", said):
            assert until >= today, said
        if kind in (*LETTERS, "blocked", "payment_received"):
            self._debts_are_open(said, kind)
        threats = _days("", "\n".join(line for line in said.splitlines() if re.search("отключение|будет приостановлен", line)))
        if "будет приостановлен" in said or "отключение" in said:
            assert threats, said
            self._threat_is_true(client, [day for day in threats if day != today], today, said)

    def _debts_are_open(self, text, kind):
        owed = {row.number: row.open for row in rows(self.settings, _OPEN)}
        said = re.findall(r"^\d+\. (\S+) — \d+ \S+ \d{4} г\. — ([\d ]+,\d\d) ₽$", text, re.MULTILINE)
        assert said or kind == "payment_received", text
        for number, amount in said:
            assert owed[number] == Decimal(amount.replace(" ", "").replace(",", ".")), text
        if kind == "payment_received" and "неоплаченных счетов у вас нет" in text:
            assert not [row for row in rows(self.settings, _OPEN) if (row.client_code, row.organization_code) == self._whose()], text

    def _whose(self):
        return self._row.client_code, self._row.organization_code

    def _threat_is_true(self, client, days, today, text):
        assert days, text
        assert min(days) > today, text
        known = rows(self.settings, f"SELECT never_block FROM master.clients WHERE client_code = '{client}'")
        assert not known[0].never_block, text
        promised = rows(self.settings, f"SELECT until FROM access.promises WHERE client_code = '{client}' ORDER BY promise_no DESC LIMIT 1")
        assert not promised or promised[0].until < today, text
        fresh = rows(
            self.settings, f"SELECT max(data_until) FROM receivables.imports WHERE organization_code = '{self._row.organization_code}'"
        )
        assert (today - fresh[0].max).days <= 4, text


_OPEN = """
SELECT i.number, i.client_code, i.organization_code, i.total - coalesce(b.paid, 0) AS open
FROM billing.invoices i LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.total > 0 AND i.total > coalesce(b.paid, 0)
"""


def test_every_letter_is_true_when_it_leaves_and_both_books_agree(settings, smtp, tmp_path, monkeypatch):
    with engine.transaction(settings) as connection:
        chosen = "UPDATE master.clients SET appendix = true WHERE client_code = "
        chosen += "(SELECT client_code FROM master.contracts WHERE contract_no = 'МТ-24-002') RETURNING client_code"
        with_appendix = connection.execute(text(chosen)).scalar_one()
    smtp.start()
    watch = _Watch(settings, monkeypatch)
    to = server.parse(smtp.uri())
    promised = None
    for offset in range(0, (END - START).days + 1, 3):
        day = START + timedelta(days=offset)
        at = datetime(day.year, day.month, day.day, 6, 0, tzinfo=UTC)
        if day in ISSUES:
            _issue(settings, day, at)
        if not SILENCE[0] <= day <= SILENCE[1]:
            _pay(settings, tmp_path, day - timedelta(days=1))
        dunning(settings, day, at + timedelta(minutes=5))
        debtor = next((client for kind, client, *_ in watch.seen if kind == "warning"), None)
        if debtor and not promised:
            promised = debtor
            promise(settings, debtor, day + timedelta(days=6), Authorship("Анна", "звонил", at))
        sending.send(settings, at + timedelta(minutes=10), server=to)
    _check_letters(watch.seen, promised)
    names = watch.attached["invoice", with_appendix, date(2026, 2, 2)]
    assert [name.split()[0] for name in names] == ["Счёт", "Акт", "Приложение", "Приложение"]
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "pdf", "pdf", "xlsx"]
    _check_books(settings)


def _check_letters(seen, promised):
    kinds = {kind for kind, *_ in seen}
    assert {"invoice", "payment_received", "notice", "warning", "final", "blocked"} <= kinds
    assert promised
    steps = defaultdict(int)
    for kind, client, organization, at, said in seen:
        assert "Здравствуйте" in said
        assert "С уважением" in said
        steps[client, organization, at] += kind in LETTERS
    assert max(steps.values()) == 1  # of several steps one leaves
    silent = [said for kind, _, _, at, said in seen if kind in LETTERS and SILENCE[0] + timedelta(days=1) < at.date() <= SILENCE[1]]
    assert silent
    assert not [said for said in silent if "приостанов" in said or "отключен" in said]
    assert [said for kind, _, _, _, said in seen if kind in ("warning", "final") and "будет приостановлен" in said]


def _check_books(settings):
    """Client by client: what the акт сверки says was sold is what 1C was sent, what it says was paid is what came."""
    send_to_onec(settings, datetime(2026, 3, 31, 20, 0, tzinfo=UTC))
    sold = defaultdict(Decimal)
    (path,) = (settings.exchange / "onec" / "out").glob("Message_*.xml")
    for element in etree.parse(path).iter(etree.Element):
        if element.tag.rpartition("}")[2] == "Документ.РеализацияТоваровУслуг":
            found = {each.tag.rpartition("}")[2]: each for each in element}
            contract = next(each for each in found["ДанныеВзаиморасчетов"].iter() if each.tag.endswith("}Договор"))
            number = next(each.text for each in contract if each.tag.endswith("}Номер"))
            sold[number] += Decimal(found["Сумма"].text)
    paid = defaultdict(Decimal)
    for row in payments(settings):
        if row["client_code"]:
            paid[row["client_code"]] += row["amount"]
    clients = {row.client_code for row in rows(settings, "SELECT DISTINCT client_code FROM master.contracts")}
    credited, numbers = {}, set()
    for client in sorted(clients):
        accounts = statement_of_account(settings, client, date(2026, 1, 1), END)
        for part in (part for account in accounts for part in account.by_contract if part.contract_no):
            assert part.debit == sold.get(part.contract_no, Decimal(0)), part.contract_no
            numbers.add(part.contract_no)
        credited[client] = sum((one.credit for account in accounts for one in account.entries), Decimal(0))
        for account in accounts:
            views = account.views
            assert views.debts == account.closing + views.unserved - views.uninvoiced + views.free, client
    assert sold.keys() <= numbers
    assert len(sold) > 30
    assert {client: amount for client, amount in credited.items() if amount} == paid
