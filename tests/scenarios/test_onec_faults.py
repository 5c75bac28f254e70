"""Whatever happens to messages and bases, both sides end with every document once and the same sums."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.delivery.onec.sending import send
from pipelines.receivables.listing import payments
from pipelines.runs.exchange import take_answers
from tests.books import Books
from tests.invoices import Line
from tests.ledger_world import LEDGER, House
from tests.onec_money import Money
from tests.stand_in_1c import Onec

INN = "7736207543"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEPS = (
    "we send", "they read", "they write", "we receive", "they write", "we receive", "we issue", "they enter", "they change", "they delete",
    "ours is lost", "theirs is lost", "theirs comes again", "theirs is cut off", "they back up", "they are restored",
    "they die before writing", "they greet",
)  # fmt: skip


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    return made


class Exchange:
    """Both sides, and what is between them."""

    def __init__(self, house, settings):
        self.house, self.settings = house, settings
        self.onec, self.books = Onec(settings.exchange), Books(settings)
        self.backup, self.issued, self.entered, self.seen, self.at = self.onec.backup(), 0, 0, [], START

    def out(self):
        return self.settings.exchange / "onec" / "out" / "Message_FB_BP.xml"

    def take(self, step):
        self.at += timedelta(minutes=5)
        waiting = self.settings.exchange / "onec" / "in" / "Message_BP_FB.xml"
        match step:
            case "we send":
                send(self.settings, self.at)
            case "they read":
                self.onec.read()
            case "they write":
                self.seen.append(self.onec.write())
            case "they die before writing":
                self.onec.read()
            case "they greet":
                self.onec.greet()
            case "we receive":
                take_answers(self.settings, self.at + timedelta(days=3650))
            case "we issue":
                self.issued += 1
                self.books.issue(f"K{self.issued}", [Line(str(self.issued))], at=self.at)
            case "they enter":
                self.entered += 1
                self.onec.enter(Money(str(self.entered), f"{self.entered}.00", bank_no=str(self.entered)))
            case "they change" if self.entered:
                self.onec.enter(Money("1", f"{len(self.seen) + 1}.50", bank_no="1"))
            case "they delete" if self.entered:
                self.onec.delete(Money(str(self.entered), "1.00"))
            case "ours is lost":
                self.out().unlink(missing_ok=True)
            case "theirs is lost":
                waiting.unlink(missing_ok=True)
            case "theirs comes again" if self.seen:
                self.onec.put(self.seen[len(self.seen) // 2])
            case "theirs is cut off" if self.seen:
                self.onec.put(self.seen[-1][:-40])
            case "they back up":
                self.backup = self.onec.backup()
            case "they are restored":
                self.restore()

    def restore(self):
        """Yesterday's base; what people had entered since they enter again, by the same documents."""
        now = dict(self.onec.state.money)
        self.onec.restore(self.backup)
        for key, document in now.items():
            if self.onec.state.money.get(key, "none") != document:
                self.onec.state.money[key] = document
                self.onec.state.unconfirmed[key] = 0

    def settle(self):
        """Quiet rounds, until both have nothing to say."""
        for _ in range(8):
            for step in ("they write", "we receive", "we send", "they read"):
                self.take(step)


@given(st.lists(st.sampled_from(STEPS), min_size=4, max_size=40))
@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_sides_hold_every_document_once(house, settings, steps):
    house.empty((*LEDGER, "billing.invoices", "billing.invoice_lines", "billing.closed", "delivery.onec_outbox", "delivery.onec_replays",
                 "delivery.onec_peers"))  # fmt: skip
    for path in (settings.exchange / "onec").glob("*/*.xml"):
        path.unlink()
    exchange = Exchange(house, settings)
    for step in steps:
        exchange.take(step)
    exchange.settle()
    ours = dict(house.rows("SELECT number, total FROM billing.invoices"))
    assert exchange.onec.sums("СчетПокупателю") == exchange.onec.sums("РеализацияТоваровУслуг") == ours
    assert sum((row["amount"] for row in payments(settings)), Decimal(0)) == sum(exchange.onec.received(), Decimal(0))
    [(unconfirmed,)] = house.rows(
        "SELECT count(*) FROM delivery.onec_outbox o LEFT JOIN delivery.onec_peers p USING (peer) "
        "WHERE o.message_no IS NULL OR o.message_no > p.confirmed_no"
    )
    assert (unconfirmed, exchange.onec.state.unconfirmed) == (0, {})
