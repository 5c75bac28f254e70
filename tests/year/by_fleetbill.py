"""The year as fleetbill bills it: its own verbs, as its DAGs call them, over the lake, PostgreSQL and files, day by day."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipelines.access.block_lists import path_of
from pipelines.access.dunning import dunning
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.evidence import rulings
from pipelines.evidence.coverage import carry
from pipelines.evidence.day import land_day
from pipelines.period import Month
from pipelines.receivables.inbox import import_inbox
from pipelines.runs.close import close
from pipelines.runs.correct import correct
from pipelines.runs.import_master import import_master
from pipelines.runs.prepay import prepay
from pipelines.runs.watch import watch
from pipelines.settings import Settings
from pipelines.usage.month import compute
from pipelines.warehouse import engine
from tests.year import books, true_bill
from tests.year.assumptions import Assumptions
from tests.year.books import Paper, Platforms
from tests.year.outcome import Outcome
from tests.year.people import STEPS, People
from tests.year.true_bill import Count
from tests.year.world import NEVER, PLATFORMS, Scale, World

BY = "Анна Петрова"
_BANK_SILENT = 4  # days


@dataclass(frozen=True)
class Pace:
    """How often people and DAGs look: the bank and the ladder each ``ladder`` days, usage and prepaid limits each ``usage`` days."""

    ladder: int = 1
    usage: int = 14


DAILY = Pace()


class ByFleetbill:
    """One year in one house."""

    def __init__(self, settings: Settings, folder: Path, scale: Scale, given: Assumptions, pace: Pace = DAILY) -> None:
        self.settings, self.folder, self.scale, self.given, self.pace = settings, folder, scale, given, pace
        self.world, self.people = World(scale, given), People(scale, given)
        self.platforms = Platforms(self.world, folder / "snapshots")
        self.truth, self.rule = Count(self.world, knows_all=True), Count(self.world, knows_all=False)
        self.outcome = Outcome()
        self.numbers = {contract.number: number for number, contract in enumerate(self.world.contracts)}
        self.clients = {contract.client: number for number, contract in enumerate(self.world.contracts)}
        self.places = {(PLATFORMS[each.platform], each.name): place for place, each in enumerate(self.world.accounts)}
        self.plans: dict[str, tuple[date, int, date]] = {}  # invoice → day of payment, client, issued
        self.contract_of: dict[str, str] = {}
        self.to_tie: dict[int, list[int]] = defaultdict(list)  # day → accounts whose finding is answered on it
        self.seen_orphans: set[int] = set()
        self.to_correct: set[int] = set()
        self.blocked: set[int] = set()
        self.blocked_days = 0  # days × accounts
        self.arrived = Decimal("0.00")  # roubles that clients have paid, as the bank has told
        self.blocked_without_debt: list[tuple[date, str]] = []
        self._payments = 0
        self._statement_since = scale.first
        self._papers: list[tuple[date, Paper]] = []

    # the year

    def live(self) -> Outcome:
        """From the first day to the morning after the last."""
        self._begin()
        for index in range(self.scale.days + 1):
            self._morning(index)
            if index < self.scale.days:
                self._evening(index)
        self._finish()
        return self.outcome

    def _begin(self) -> None:
        author = Authorship(BY, "начало", self._at(0, 3) - timedelta(days=3))
        self._import(books.write_first_sheets(self.folder / "master" / "first", self.world, self.platforms.folder), author)
        world = self.world
        terms = [(number, each) for number, contract in enumerate(world.contracts) for each in contract.terms if each.known_on < 0]
        tied = [place for place, each in enumerate(world.accounts) if each.is_mapped and each.tied_on < NEVER]
        folder = books.write_sheets(self.folder / "master" / "clients", world, range(len(world.contracts)), tied, terms)
        self._import(folder, author)
        self.outcome.counts["enter_change"] += sum(each.since > 0 for _, each in terms)

    def _morning(self, index: int) -> None:
        self.outcome.counts["daily_look"] += self.scale.day(index).weekday() < 5
        self._enter_changes(index)
        if index:
            self._land(index)
        if index in self._starts and index:
            self._close(self._starts.index(index) - 1, index)
        if index % self.pace.ladder == 0:
            self._bank(index)
            self._ladder(index)
        if index in self._starts and index < self.scale.days:
            self._prepay(index)
        elif index and index % self.pace.usage == 0:
            self._watch(index)
        self._new_invoices()

    def _evening(self, index: int) -> None:
        day = self.world.day(index)
        missing = {platform for platform in range(self.scale.platforms) if self.world.is_silent(platform, index)}
        self.blocked = self._blocked_now()
        self.blocked_days += len(self.blocked)
        self.truth.add(day, self.blocked, set())
        self.rule.add(day, self.blocked, missing)
        self.platforms.write(day, self.blocked, missing)
        self._pay(index)

    @property
    def _starts(self) -> list[int]:
        return [(each - self.scale.first).days for each in self.scale.starts]

    def _at(self, index: int, hour: int, minute: int = 0) -> datetime:
        day = self.scale.day(index)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

    # platforms

    def _land(self, index: int) -> None:
        day = self.scale.day(index - 1)
        for name in PLATFORMS[: self.scale.platforms]:
            outcome = land_day(self.settings, name, day, self._at(index, 1))
            if outcome.is_landed:
                continue
            self.outcome.counts["restore_day"] += 1
            author = Authorship(BY, "разобрались", self._at(index, 4))
            quarantined = rulings.chosen(self.settings, "quarantined", name, Month.of(day))
            if quarantined:
                rulings.accept(self.settings, [each.digest for each in quarantined], author)
            else:
                carry(self.settings, name, day, author)

    def _blocked_now(self) -> set[int]:
        """Accounts on the block lists, as the platforms read them every evening."""
        blocked = set()
        for name in PLATFORMS:
            path = path_of(self.settings, name)
            if path.exists():
                with path.open(encoding="utf-8", newline="") as handle:
                    blocked |= {self.places[name, row["account_id"]] for row in csv.DictReader(handle)}
        return blocked

    # books

    def _enter_changes(self, index: int) -> None:
        terms = [
            (number, each) for number, contract in enumerate(self.world.contracts) for each in contract.terms if each.known_on == index
        ]
        accounts = self.to_tie.pop(index, [])
        if not terms and not accounts:
            return
        folder = books.write_sheets(self.folder / "master" / f"{index:04}", self.world, [], accounts, terms)
        self._import(folder, Authorship(BY, "договорились", self._at(index, 0)))
        self.outcome.counts["enter_change"] += len(terms)
        for place in accounts:
            self.rule.tie(place)
        since = [each.since for _, each in terms] + [self.world.accounts[place].opened for place in accounts]
        month = sum(start <= index for start in self._starts) - 1
        self.to_correct |= {each for each in range(max(month, 0)) if any(start < self._starts[each + 1] for start in since)}

    def _import(self, folder: Path, author: Authorship) -> None:
        import_master(self.settings, str(folder), author)

    def _find_orphans(self, index: int) -> None:
        """Accounts that the findings name; each is answered after some days, and the vehicles billed from its first day on."""
        for row in self._rows("SELECT DISTINCT subject FROM findings.occurrences WHERE kind = 'unknown_account'"):
            place = self.places.get(tuple(row.subject.split("/", 1)))
            if place is not None and place not in self.seen_orphans and self.world.accounts[place].tied_on == NEVER:
                self.seen_orphans.add(place)
                self.outcome.counts["handle_finding"] += 1
                self.to_tie[index + max(round(self.given.orphan_answered), 1)].append(place)

    # bills

    def _usage(self, month: Month, at: datetime) -> None:
        with engine.transaction(self.settings) as connection:
            compute(self.settings, connection, month, store=True, at=at)

    def _close(self, month: int, index: int) -> None:
        """The month is drafted, looked at by a person, and issued on the first day after it; then what is known later is corrected."""
        name, at, day = Month.of(self.scale.starts[month]), self._at(index, 5), self.scale.day(index)
        close(self.settings, name, approver=None, issued_on=None, at=at)
        done = close(self.settings, name, approver=Authorship(BY, "проверено", at), issued_on=day, at=at)
        assert not done.prepared.parked, [str(each) for each in done.prepared.parked]
        self.outcome.counts["review_run"] += 1
        self._find_orphans(index)
        self.outcome.billed.append(self._billed(month))
        for earlier in sorted(self.to_correct):
            if earlier < month:
                self._correct(earlier, index)
        self.to_correct = {each for each in self.to_correct if each >= month}

    def _correct(self, month: int, index: int) -> None:
        name, at = Month.of(self.scale.starts[month]), self._at(index, 6)
        drafted = correct(self.settings, name, contract_no=None, approver=None, issued_on=None, at=at)
        if not drafted.prepared.is_empty:
            author = Authorship(BY, "исправлено", at)
            correct(self.settings, name, contract_no=None, approver=author, issued_on=self.scale.day(index), at=at)
            self.outcome.counts["handle_complaint"] += 1

    def _prepay(self, index: int) -> None:
        at = self._at(index, 7)
        try:
            done = prepay(self.settings, Month.of(self.scale.day(index)), approver=None, issued_on=self.scale.day(index), at=at)
        except Refused as error:
            if "nothing" not in str(error).lower():
                raise
            return  # nobody pays ahead
        if done.waiting:
            self.outcome.counts["review_run"] += 1
            author = Authorship(BY, "проверено", at)
            prepay(self.settings, Month.of(self.scale.day(index)), approver=author, issued_on=self.scale.day(index), at=at)

    def _watch(self, index: int) -> None:
        """Usage, findings and correctives of the days so far; days watched late come to the same sum."""
        day, at = self.scale.day(index - 1), self._at(index, 7)
        self._usage(Month.of(day), at)
        done = watch(self.settings, day, approver=None, issued_on=self.scale.day(index), at=at)
        if done.waiting:
            self.outcome.counts["review_run"] += 1
            watch(self.settings, day, approver=Authorship(BY, "проверено", at), issued_on=self.scale.day(index), at=at)
        self._find_orphans(index)

    def _billed(self, month: int) -> list[Decimal]:
        amounts = [Decimal("0.00")] * len(self.numbers)
        query = "SELECT contract_no, sum(net) AS net FROM billing.invoices WHERE month = :month GROUP BY 1"
        for row in self._rows(query, month=self.scale.starts[month]):
            amounts[self.numbers[row.contract_no]] = row.net
        return amounts

    # money

    def _new_invoices(self) -> None:
        query = """
            SELECT number, client_code, contract_no, month, issued_on, due_on FROM billing.invoices
            WHERE total > 0 AND NOT number = ANY(CAST(:known AS text[])) ORDER BY number
        """
        for row in self._rows(query, known=list(self.plans)):
            client = self.clients[row.client_code]
            month = self.scale.starts.index(row.month)
            self.plans[row.number] = (self.people.pays_on(client, month, row.issued_on, row.due_on), client, row.issued_on)
            self.contract_of[row.number] = row.contract_no

    def _pay(self, index: int) -> None:
        """Who pays on a day pays what is open of the invoice."""
        day = self.scale.day(index)
        due = [number for number, (on, *_) in self.plans.items() if on == day]
        query = """
            SELECT i.number, i.total - coalesce(b.paid, 0) AS open
            FROM billing.invoices i LEFT JOIN receivables.invoice_balances b USING (number)
            WHERE i.number = ANY(CAST(:numbers AS text[])) AND i.total > coalesce(b.paid, 0) ORDER BY 1
        """
        for row in self._rows(query, numbers=due):
            _, client, issued = self.plans[row.number]
            self._payments += 1
            purpose = self.people.purpose(client, row.number, issued, self.contract_of[row.number])
            self._papers.append((day, Paper(str(self._payments), client, row.open, purpose)))

    def _bank(self, index: int) -> None:
        """The bank's statement of yesterday; four days in the middle of the year it is silent, then all of them come at once."""
        silent = self.scale.days // 2
        if not index or silent <= index < silent + _BANK_SILENT:
            return
        day, at = self.scale.day(index - 1), self._at(index, 5)
        name = self.settings.exchange / "bank" / "in" / f"{day}.txt"
        books.write_statement(name, day, self._statement_since, self._papers)
        self.arrived += sum((paper.amount for _, paper in self._papers), Decimal("0.00"))
        done = import_inbox(self.settings, at)
        assert not done.failed, done.lines
        self._papers, self._statement_since = [], self.scale.day(index)
        restore(self.settings, at)

    def _ladder(self, index: int) -> None:
        day, at = self.scale.day(index), self._at(index, 5, 30)
        done = dunning(self.settings, day, at)
        if any(row.action == "withheld" and "больше клиентов за один раз" in row.reason for row in done.rows):
            self.outcome.counts["approve_blocks"] += 1
            done = dunning(self.settings, day, at, approver=Authorship(BY, "должники", at))
        self._look_at_blocks(day)
        self.outcome.counts["answer_blocked"] += done.count("block")
        steps = {(row.client_code, row.action) for row in done.rows if row.action in STEPS}
        for client_code, step in sorted(steps):
            self._react(self.clients[client_code], step, day)

    def _look_at_blocks(self, day: date) -> None:
        """Whoever is blocked after a ladder's day owes something that is due, by a look at the invoices themselves."""
        query = "SELECT DISTINCT client_code FROM receivables.open_invoices(:day) WHERE due_on < :day AND open > 0"
        debtors = {row.client_code for row in self._rows(query, day=day)}
        clients = {self.world.contracts[self.world.accounts[place].contract].client for place in self._blocked_now()}
        self.blocked_without_debt += [(day, client) for client in sorted(clients - debtors)]

    def _react(self, client: int, step: str, day: date) -> None:
        sooner = self.people.reacts(client, step, day)
        if sooner is None:
            return
        for number, (on, payer, issued) in self.plans.items():
            if payer == client and on > sooner:
                self.plans[number] = (sooner, payer, issued)

    # the end

    def _finish(self) -> None:
        """What all came to."""
        for month in range(self.scale.months):
            self.outcome.true.append(true_bill.bills(self.world, self.truth, month=month))
            self.outcome.corrected.append(self._billed(month))
        for index in range(self.scale.days):
            day = self.scale.day(index)
            query = "SELECT coalesce(sum(open), 0) AS overdue FROM receivables.open_invoices(:day) WHERE due_on < :day"
            self.outcome.overdue.append(self._rows(query, day=day)[0].overdue)
        unmatched = self._rows("SELECT count(*) AS count FROM receivables.payments WHERE client_code IS NULL")[0].count
        self.outcome.counts["handle_payment"] += unmatched
        self._note(unmatched)

    def _note(self, unmatched: int) -> None:
        """What else happened, in words for the page."""
        given = {row.action: row.count for row in self._rows("SELECT action, count(*) AS count FROM access.orders GROUP BY 1")}
        lost = sum(map(sum, self._unblocked_bills()), Decimal(0)) - self.outcome.owed
        unused = f"{lost:,.0f}".replace(",", " ")
        self.outcome.notes["blocks"] = (
            f"{given.get('block', 0)} accounts blocked, {given.get('restore', 0)} restored, {self.blocked_days} account-days blocked; "
            f"{unused} roubles of service not used and not billed for it"
        )
        self.outcome.notes["payments"] = f"{self._payments} payments by the bank's statements, {unmatched} of them matched by no rule"

    def _unblocked_bills(self) -> list[list[Decimal]]:
        """The true bills of the same world with nobody blocked."""
        world, count = World(self.scale, self.given), Count(self.world, knows_all=True)
        for index in range(self.scale.days):
            count.add(world.day(index), set(), set())
        return [true_bill.bills(world, count, month=month) for month in range(self.scale.months)]

    def _rows(self, query: str, **binds: Any) -> list[Any]:
        with engine.reading(self.settings) as connection:
            return list(connection.execute(text(query), binds))
