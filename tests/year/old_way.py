"""The year as it was billed by hand: last month's invoice copied or vehicles counted on the last day, one spreadsheet, no ladder."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from tests import naive_calculator
from tests.year import true_bill
from tests.year.assumptions import Assumptions
from tests.year.outcome import Outcome
from tests.year.people import People
from tests.year.price_list import TARIFFS
from tests.year.true_bill import Count
from tests.year.world import NEVER, Contract, Day, Scale, World

PAYMENT_DAYS = 10


class OldWay:
    """One year by hand."""

    def __init__(self, scale: Scale, given: Assumptions) -> None:
        self.scale, self.given = scale, given
        self.world, self.people = World(scale, given), People(scale, given)
        self.count = Count(self.world, knows_all=True)
        self.outcome = Outcome()
        self._quantity: dict[int, int] = {}
        self._invoices: list[tuple[date, date, Decimal]] = []  # due, paid, with VAT
        self._noticed = self._orphans_noticed()

    def live(self, bills: Outcome | None = None) -> Outcome:
        """Bill the whole year; ``bills``: of the same fleets, where only people differ."""
        if bills:
            return self._paid_otherwise(bills)
        month = 0
        for index in range(self.scale.days):
            day = self.world.day(index)
            self.count.add(day, set(), set())
            if self.scale.day(index + 1) == self.scale.starts[month + 1]:
                self._bill(month, day)
                month += 1
        self._owe()
        return self.outcome

    def _paid_otherwise(self, bills: Outcome) -> Outcome:
        self.outcome = Outcome(bills.true, bills.billed, bills.corrected)
        for month, amounts in enumerate(bills.corrected):
            for number, net in enumerate(amounts):
                self._send(number, month, net)
        self._owe()
        return self.outcome

    def _orphans_noticed(self) -> dict[int, int]:
        random = np.random.default_rng([self.scale.seed, 7])
        late = {place: int(random.exponential(self.given.orphan_noticed)) for place in range(len(self.world.accounts))}
        return {place: each.opened + (late[place] if each.tied_on == NEVER else 0) for place, each in enumerate(self.world.accounts)}

    def _bill(self, month: int, last_day: Day) -> None:
        random = np.random.default_rng([self.scale.seed, 8, month])
        chances = random.random((len(self.world.contracts), 3))
        true = true_bill.bills(self.world, self.count, month=month)
        listed = self._counted(last_day)
        billed = []
        for number, contract in enumerate(self.world.contracts):
            amount = self._invoice(number, contract, month, int(listed[number]), chances[number])
            if amount - true[number] > max(true[number] * Decimal("0.05"), Decimal(500)) and chances[number][2] < self.given.complains:
                self.outcome.counts["handle_complaint"] += 1
                corrected = true[number]
            else:
                corrected = amount
            billed.append((amount, corrected))
            self._send(number, month, corrected)
        self.outcome.true.append(true)
        self.outcome.billed.append([amount for amount, _ in billed])
        self.outcome.corrected.append([corrected for _, corrected in billed])

    def _counted(self, day: Day) -> "np.ndarray":
        """Vehicles that the platform shows as active under the accounts that the books know, by contract."""
        owners = np.array([each.contract if self._noticed[place] <= day.index else -1 for place, each in enumerate(self.world.accounts)])[
            self.world.vehicle_account
        ]
        shown = day.listed & day.active & (owners >= 0)
        return np.bincount(owners[shown], minlength=len(self.world.contracts))

    def _invoice(self, number: int, contract: Contract, month: int, listed: int, chance: "np.ndarray") -> Decimal:
        first, after = ((each - self.scale.first).days for each in self.scale.starts[month : month + 2])
        if contract.starts >= after or contract.ends < first:
            return Decimal("0.00")
        self.outcome.counts["copy_invoice"] += 1
        if number not in self._quantity or chance[0] < self.given.recounted:
            self.outcome.counts["count_vehicles"] += 1
            self._quantity[number] = listed
        terms = true_bill.terms_of(self.scale, contract, after)
        known = after - 1 if chance[1] >= self.given.stale_price else first - 1
        return self._priced(contract, month, self._quantity[number], terms, self.scale.day(max(known, contract.starts)))

    def _priced(self, contract: Contract, month: int, quantity: int, terms: list[dict[str, object]], known_on: date) -> Decimal:
        """The whole month at the prices of the spreadsheet, cut only where the contract begins or ends inside it."""
        row = naive_calculator.latest(terms, known_on) or terms[0]
        version = naive_calculator.latest(TARIFFS[row["tariff"]], known_on)
        first = self.scale.starts[month]
        start, end = ((each - self.scale.first).days for each in self.scale.starts[month : month + 2])
        days = [self.scale.day(each) for each in range(start, end)]
        begins, ends = self.scale.day(contract.starts), self.scale.day(contract.ends) if contract.ends < NEVER else None
        lines = naive_calculator.bill(
            first.year, first.month, begins, ends, [{**row, "from": date.min}], {row["tariff"]: [{**version, "from": date.min}]},
            {day: (quantity, 0, {}) for day in days}, true_bill.MODES,
        )  # fmt: skip
        return sum((line[5] for line in lines), Decimal("0.00"))

    def _send(self, number: int, month: int, net: Decimal) -> None:
        if net <= 0:
            return
        issued = self.scale.starts[month + 1]
        due = issued + timedelta(days=PAYMENT_DAYS)
        rate = naive_calculator.vat_percent(true_bill.MODES, issued - timedelta(days=1))
        _, _, total = naive_calculator.with_vat(net, rate, False)
        self._invoices.append((due, self.people.pays_on(number, month, issued, due), total))

    def _owe(self) -> None:
        for index in range(self.scale.days):
            day = self.scale.day(index)
            self.outcome.overdue.append(sum((total for due, paid, total in self._invoices if due < day < paid), Decimal(0)))
        for due, paid, _ in self._invoices:
            until = min(paid, self.scale.starts[-1])
            if paid < self.scale.starts[-1]:
                self.outcome.counts["match_payment"] += 1
            self.outcome.counts["call_debtor"] += max(((until - due).days - 10) // 30 + 1, 0) if (until - due).days > 10 else 0
        self.outcome.counts["enter_change"] += sum(each.since > 0 for contract in self.world.contracts for each in contract.terms)
