"""The year by fleetbill without fleetbill: the calculator for its bills, and its ladder retold in a few lines.

A lived year shows that the calculator's bills are fleetbill's to the kopeck; how near the retold ladder comes is printed beside it.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests import naive_calculator
from tests.year import true_bill
from tests.year.assumptions import Assumptions
from tests.year.old_way import PAYMENT_DAYS
from tests.year.outcome import Outcome
from tests.year.people import People
from tests.year.true_bill import Count
from tests.year.world import NEVER, Scale, World

LADDER = {-3: "reminder", 1: "notice", 7: "warning", 10: "final", 14: "block"}
_LOOKS = 14  # days between two looks at findings


class Modelled:
    """One year, nobody blocked long enough to send less."""

    def __init__(self, scale: Scale, given: Assumptions) -> None:
        self.scale, self.given = scale, given
        self.world, self.people = World(scale, given), People(scale, given)
        self._counts: Counter[str] = Counter()
        self._blocked: set[int] = set()

    def live(self, bills: Outcome | None = None) -> Outcome:
        """Bills and debts of the year; ``bills``: of the same fleets, where only people differ."""
        if bills:
            return Outcome(bills.true, bills.billed, bills.corrected, self._debts(bills.billed))
        outcome, count = Outcome(), Count(self.world, knows_all=True)
        for index in range(self.scale.days):
            count.add(self.world.day(index), set(), set())
        outcome.true = [true_bill.bills(self.world, count, month=month) for month in range(self.scale.months)]
        outcome.billed = [self._first_bills(count, month) for month in range(self.scale.months)]
        outcome.corrected = outcome.true
        outcome.overdue = self._debts(outcome.billed)
        outcome.counts = self._counts + self._work()
        return outcome

    def _work(self) -> Counter[str]:
        """How often people are asked, apart from blocks; payments all match."""
        starts = [(each - self.scale.first).days for each in self.scale.starts]
        looks = {each.opened: self._found(each.opened) for each in self.world.accounts if each.tied_on == NEVER}
        terms = [each for contract in self.world.contracts for each in contract.terms if each.since > 0]
        late = [(each.known_on, each.since) for each in terms if each.known_on >= 0]
        late += [(day + self._answered, opened) for opened, day in looks.items()]
        corrected = {
            (closing, month)
            for known_on, since in late
            for closing in [next((place for place, start in enumerate(starts) if start >= known_on), None)]
            if closing
            for month in range(closing - 1)
            if starts[month + 1] > since and starts[month + 1] <= known_on
        }
        days = range(self.scale.days + 1)
        silent = [self.world.is_silent(platform, index) for index in days[:-1] for platform in range(self.scale.platforms)]
        looked = sum(self.scale.day(index).weekday() < 5 for index in days)
        answered = sum(each.tied_on == NEVER and self._found(each.opened) <= self.scale.days for each in self.world.accounts)
        return Counter(
            review_run=self.scale.months, handle_finding=answered, enter_change=len(terms), daily_look=looked, restore_day=sum(silent),
            handle_complaint=len(corrected),
        )  # fmt: skip

    @property
    def _answered(self) -> int:
        return max(round(self.given.orphan_answered), 1)

    def _found(self, opened: int) -> int:
        """The day on which somebody looks at the finding about an account."""
        closes = [(each - self.scale.first).days for each in self.scale.starts[1:]]
        look = opened - opened % _LOOKS + _LOOKS
        return min([look, *(close for close in closes if close > opened)])

    def _first_bills(self, count: Count, month: int) -> list[Decimal]:
        """As of the first day after the month: without accounts whose finding was not answered by then, and terms entered later."""
        end = (self.scale.starts[month + 1] - self.scale.first).days
        everything = set(count.tied)
        late = {
            place for place, each in enumerate(self.world.accounts)
            if each.tied_on == NEVER and self._found(each.opened) + self._answered > end
        }  # fmt: skip
        count.tied = everything - late
        billed = true_bill.bills(self.world, count, month=month, known_until=end)
        count.tied = everything
        return billed

    def _debts(self, billed: list[list[Decimal]]) -> list[Decimal]:
        """Overdue roubles by day; whoever reacts to a step pays everything then."""
        open_: dict[tuple[int, int], tuple[date, date, Decimal]] = {}  # client, month → due, pays, with VAT
        owed: dict[int, Decimal] = defaultdict(Decimal)
        for index in range(self.scale.days):
            day = self.scale.day(index)
            if day in self.scale.starts[1:]:
                self._issue(self.scale.starts.index(day) - 1, day, billed, open_)
            for key in [key for key, (_, pays, _) in open_.items() if pays < day]:
                del open_[key]
            self._letters(day, open_)
            owed[index] = sum((amount for due, pays, amount in open_.values() if due < day), Decimal(0))
        return [owed[index] for index in range(self.scale.days)]

    def _issue(self, month: int, day: date, billed: list[list[Decimal]], open_: dict[tuple[int, int], tuple[date, date, Decimal]]) -> None:
        due, rate = day + timedelta(days=PAYMENT_DAYS), naive_calculator.vat_percent(true_bill.MODES, day - timedelta(days=1))
        for client, net in enumerate(billed[month]):
            if net > 0:
                total = naive_calculator.with_vat(net, rate, False)[2]
                open_[client, month] = (due, self.people.pays_on(client, month, day, due), total)

    def _letters(self, day: date, open_: dict[tuple[int, int], tuple[date, date, Decimal]]) -> None:
        self._block(day, open_)
        steps = {(client, LADDER[(day - due).days]) for (client, _), (due, _, _) in open_.items() if (day - due).days in LADDER}
        for client, step in sorted(steps):
            sooner = self.people.reacts(client, step, day)
            for key, (due, pays, amount) in list(open_.items()):
                if sooner and key[0] == client and pays > sooner:
                    open_[key] = (due, sooner, amount)

    def _block(self, day: date, open_: dict[tuple[int, int], tuple[date, date, Decimal]]) -> None:
        """Who owes since fourteen days is blocked and calls; more than a tenth of all at once needs a person's word."""
        debtors = {client for (client, _), (due, _, _) in open_.items() if (day - due).days >= 14}
        newly = debtors - self._blocked
        self._counts["answer_blocked"] += len(newly)
        self._counts["approve_blocks"] += len(newly) > self.scale.clients * 0.1
        self._blocked = debtors
